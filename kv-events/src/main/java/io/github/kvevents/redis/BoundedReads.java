package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KeyText;
import io.github.kvevents.support.PageSize;
import io.github.kvevents.support.StoreFailure;

/**
 * Reads that are bounded in bytes. A read that fails is retried with fewer bytes, down to
 * a single entry: at once if the server closed the connection, otherwise by the next read
 * at the same position, regardless of other reads in between. A single entry that fails
 * twice is reported by an {@link EntryTooLargeException}. Used by many threads at once.
 */
public final class BoundedReads {

	/** How many positions with a failed read are remembered. */
	private static final int MAX_POSITIONS = 1000;

	private final RedisConnections connections;

	/** A large read of another thread does not cut these. */
	private final RedisConnections others;

	private final PageSize size;

	/** By position, the bytes of the last read that failed. */
	private final Map<String, Integer> failed = new ConcurrentHashMap<>();

	/**
	 * Creates an instance; nothing is sent.
	 * @param connectionFactory where connections come from, each attempt has its own
	 * @param sharers how many pages may be read side by side, at least 1
	 */
	public BoundedReads(RedisConnectionFactory connectionFactory, int sharers) {
		this(new RedisConnections(RedisLink.forPages(connectionFactory)), new RedisConnections(connectionFactory),
				sharers);
	}

	BoundedReads(RedisConnections connections, RedisConnections others, int sharers) {
		this.connections = connections;
		this.others = others;
		this.size = new PageSize(sharers);
	}

	/**
	 * Reads a page.
	 * @param <T> its type
	 * @param position identifies the first entry of the page
	 * @param page reads about the given number of bytes, at least one entry
	 * @param first describes the first entry for the exception, without reading it;
	 * {@code null} if there is none; fails if the store is not reachable
	 * @return the page
	 * @throws EntryTooLargeException if the first entry can't be read
	 */
	public <T> T read(String position, BiFunction<RedisConnection, Integer, T> page,
			BiFunction<RedisConnection, Throwable, @Nullable EntryTooLargeException> first) {
		while (true) {
			Integer before = this.failed.get(position);
			int bytes = (before != null) ? Math.min(this.size.bytes(), PageSize.smaller(before)) : this.size.bytes();
			try {
				T read = this.connections.call((connection) -> page.apply(connection, bytes));
				this.size.succeeded(0, 0);
				this.failed.remove(position);
				return read;
			}
			catch (DataAccessException | OutOfMemoryError ex) {
				note(position, bytes);
				if (before != null && PageSize.isOneEntry(before)) {
					report(ex, first);
					throw ex;
				}
				if (StoreFailure.of(ex) != StoreFailure.AWAY) {
					throw ex;
				}
			}
		}
	}

	private void note(String position, int bytes) {
		this.size.failed();
		if (this.failed.size() >= MAX_POSITIONS) {
			this.failed.clear();
		}
		this.failed.put(position, bytes);
	}

	private void report(Throwable failure,
			BiFunction<RedisConnection, Throwable, @Nullable EntryTooLargeException> first) {
		EntryTooLargeException report;
		try {
			report = this.others.call((connection) -> first.apply(connection, failure));
		}
		catch (DataAccessException ex) {
			// an outage
			failure.addSuppressed(ex);
			return;
		}
		// a small entry also fails when a large read of another thread cuts the
		// connection
		if (report != null && report.getBytes() > PageSize.MIN_BYTES) {
			throw report;
		}
	}

	/**
	 * Reads the values of keys in pages. A single value that can't be read is reported by
	 * an {@link EntryTooLargeException}. Always reads from the primary, as scripts do.
	 * Used by many threads at once.
	 */
	static final class ValuePages {

		private static final RedisScript LENGTH = RedisScript.load(ValuePages.class, "value-length.lua");

		private final BoundedReads reads;

		private final int whole;

		ValuePages(RedisConnections connections, RedisConnections others) {
			int sharers = others.isCluster() ? ParallelCalls.MAX_THREADS : 1;
			this.reads = new BoundedReads(connections, others, sharers);
			this.whole = PageSize.share(sharers);
		}

		/**
		 * Reads a page by a script.
		 * @param own keys of this library that the script takes before the others
		 * @param names the keys to read, at least one
		 * @param script takes the number of bytes; its reply may cover fewer keys, at
		 * least one
		 * @return the reply
		 */
		List<?> read(List<byte[]> own, List<byte[]> names, RedisScript script) {
			return read(names.get(0), (connection, bytes) -> script(connection, own, names, script, bytes));
		}

		/**
		 * Reads a page.
		 * @param first the first key
		 * @param page reads about the given number of bytes, at least the first key
		 * @return the page
		 */
		List<?> read(byte[] first, BiFunction<RedisConnection, Integer, List<?>> page) {
			return this.reads.read(new String(first, StandardCharsets.UTF_8), page,
					(connection, failure) -> tooLarge(connection, first, failure));
		}

		List<?> script(RedisConnection connection, List<byte[]> own, List<byte[]> names, RedisScript script,
				int bytes) {
			List<byte[]> keys = new ArrayList<>(own);
			keys.addAll(PageSize.isOneEntry(bytes) ? names.subList(0, 1) : names);
			return script.list(connection, keys, List.of(ScriptArguments.number(bytes)));
		}

		/**
		 * Whether a page has its usual size, since no read has failed lately.
		 */
		boolean isWhole(int bytes) {
			return bytes == this.whole;
		}

		private static @Nullable EntryTooLargeException tooLarge(RedisConnection connection, byte[] name,
				Throwable failure) {
			long bytes = LENGTH.count(connection, List.of(name), List.of());
			String key = KeyText.printable(new String(name, StandardCharsets.UTF_8));
			return (bytes > 0) ? EntryTooLargeException.ofKey(key, bytes, failure) : null;
		}

	}

}
