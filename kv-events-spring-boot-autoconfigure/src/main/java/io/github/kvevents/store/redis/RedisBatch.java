package io.github.kvevents.store.redis;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisPipelineException;

import io.github.kvevents.store.StoreBatch;

/**
 * One batch of writes, sent in pipelines. A pipeline holds some hundred commands and some
 * megabytes, so that neither side has to keep a whole batch in its buffers.
 *
 * @param <R> the type of a result
 */
final class RedisBatch<R> {

	static final int MAX_COMMANDS = 512;

	private static final long MAX_BYTES = 8 << 20;

	private final List<? extends WriteCommand<R>> commands;

	private final List<R> results;

	private @Nullable DataAccessException failure;

	RedisBatch(List<? extends WriteCommand<R>> commands) {
		this.commands = commands;
		this.results = new ArrayList<>(commands.size());
	}

	/**
	 * Sends the commands, one pipeline after the other. A command that the server refuses
	 * doesn't stop those behind it. When the connection fails, nothing more is sent, and
	 * what became of the pipeline in flight isn't known.
	 */
	StoreBatch<R> send(RedisConnections connections) {
		try {
			connections.run(this::sendPipelines);
		}
		catch (DataAccessException ex) {
			fail(ex);
		}
		while (this.results.size() < this.commands.size()) {
			this.results.add(this.commands.get(this.results.size()).failed());
		}
		return new StoreBatch<>(this.results, this.failure);
	}

	private void sendPipelines(RedisConnection connection) {
		while (this.results.size() < this.commands.size()) {
			List<? extends WriteCommand<R>> next = next();
			for (Object reply : replies(connection, next)) {
				addResult(this.commands.get(this.results.size()), reply);
			}
		}
	}

	private List<? extends WriteCommand<R>> next() {
		int start = this.results.size();
		int end = start;
		long bytes = 0;
		while (end < this.commands.size() && end - start < MAX_COMMANDS && bytes < MAX_BYTES) {
			bytes += this.commands.get(end).size();
			end++;
		}
		return this.commands.subList(start, end);
	}

	/**
	 * The reply to each command: bytes, null, or the exception for an error.
	 */
	private static List<@Nullable Object> replies(RedisConnection connection,
			List<? extends WriteCommand<?>> commands) {
		connection.openPipeline();
		try {
			commands.forEach((command) -> command.send(connection));
		}
		catch (RuntimeException ex) {
			close(connection, ex);
			throw ex;
		}
		try {
			return connection.closePipeline();
		}
		catch (RedisPipelineException ex) {
			if (ex.getPipelineResult().size() == commands.size()) {
				return ex.getPipelineResult();
			}
			throw (ex.getCause() instanceof DataAccessException cause) ? cause : ex;
		}
	}

	private static void close(RedisConnection connection, RuntimeException ex) {
		try {
			connection.closePipeline();
		}
		catch (RuntimeException suppressed) {
			ex.addSuppressed(suppressed);
		}
	}

	private void addResult(WriteCommand<R> command, @Nullable Object reply) {
		if (reply instanceof DataAccessException ex) {
			this.results.add(command.failed());
			fail(isReply(ex) ? ex : new RedisConnectionFailureException(
					"The connection to Redis failed in a batch: what became of a part of it isn't known", ex));
		}
		else {
			this.results.add(command.result((byte[]) reply));
		}
	}

	/**
	 * Whether an error came from the server. Lettuce has no message for a command whose
	 * connection was lost.
	 */
	private static boolean isReply(DataAccessException ex) {
		return ex.getMessage() != null;
	}

	private void fail(DataAccessException ex) {
		if (this.failure == null) {
			this.failure = ex;
		}
	}

}
