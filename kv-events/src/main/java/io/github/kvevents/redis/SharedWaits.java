package io.github.kvevents.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamRecords;

import io.github.kvevents.store.ClusterSlots;

/**
 * What waits for new entries of streams in a Redis Cluster: one connection for each slot
 * that anything waits for, to the node that serves it. A connection of the driver to the
 * cluster would be two, and each stream has its own reader. Nothing connects before it is
 * needed. Used by many threads at once.
 */
public final class SharedWaits {

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	private final LinkTarget target;

	private final LinkState state;

	private final ClusterNodes nodes;

	private final Map<Integer, SharedWait> slots = new ConcurrentHashMap<>();

	SharedWaits(LinkTarget target, LinkState state, ClusterNodes nodes) {
		this.target = target;
		this.state = state;
		this.nodes = nodes;
	}

	/**
	 * The waits of a link.
	 * @param factory any factory, possibly of a link
	 * @return the waits; {@code null} if it isn't of a link to a Redis Cluster, or the
	 * driver isn't Lettuce: each reader needs a connection of its own
	 */
	public static @Nullable SharedWaits of(RedisConnectionFactory factory) {
		return LinkedFactory.waits(factory);
	}

	/**
	 * Adds one that waits.
	 * @param stream one of the streams; the others are in the same slot
	 * @return what to wait with, to be closed
	 */
	public WaitMember join(byte[] stream) {
		return this.slots.computeIfAbsent(ClusterSlots.slotOf(stream), (slot) -> new SharedWait(() -> connect(stream)))
			.join();
	}

	/**
	 * Calls an action with each factory of connections.
	 */
	void forEach(Consumer<RedisConnectionFactory> action) {
		this.nodes.forEach(action);
	}

	private Connection connect(byte[] stream) {
		this.state.awaitAnswer(0);
		try {
			String node = nodeOf(stream);
			if (!this.nodes.isKnown(node)) {
				this.nodes.retain(this.nodes.primaries());
			}
			return connect(this.nodes.connectionsTo(node));
		}
		catch (RuntimeException ex) {
			failed(ex);
			throw ex;
		}
	}

	private String nodeOf(byte[] stream) {
		try (RedisClusterConnection connection = this.target.factory().getClusterConnection()) {
			RedisClusterNode node = connection.clusterGetNodeForKey(stream);
			if (node == null) {
				throw new RedisConnectionFailureException("No node of the cluster serves a partition");
			}
			return node.asString();
		}
	}

	// Spring offers no other access to the native connection, which is one for bytes
	@SuppressWarnings({ "unchecked", "deprecation" })
	private Connection connect(RedisConnectionFactory factory) {
		RedisConnection connection = factory.getConnection();
		if (connection.getNativeConnection() instanceof RedisAsyncCommands<?, ?> commands) {
			return new NodeConnection(factory,
					(StatefulRedisConnection<byte[], byte[]>) commands.getStatefulConnection());
		}
		connection.close();
		throw new IllegalStateException("A connection to a node must be one of Lettuce");
	}

	/**
	 * The driver may not know yet who replaces the node.
	 */
	private void failed(RuntimeException failure) {
		this.state.failed(failure);
		this.target.refreshTopology();
	}

	/**
	 * A connection to the node that serves a slot.
	 */
	interface Connection {

		/**
		 * Waits for entries.
		 * @param offsets after which entry of which stream
		 * @param count how many entries of each stream at most
		 * @param block for how long at most
		 * @return the entries, or an exception of Spring; never throws
		 */
		CompletionStage<List<ByteRecord>> read(List<StreamOffset<byte[]>> offsets, int count, Duration block);

		/**
		 * Closes the connection without waiting.
		 */
		void close();

	}

	/**
	 * A connection of Lettuce. The thread that gets its reply must not block, so that it
	 * can't be used through Spring.
	 */
	private final class NodeConnection implements Connection {

		private final RedisConnectionFactory factory;

		private final StatefulRedisConnection<byte[], byte[]> connection;

		private volatile boolean closed;

		NodeConnection(RedisConnectionFactory factory, StatefulRedisConnection<byte[], byte[]> connection) {
			this.factory = factory;
			this.connection = connection;
		}

		@Override
		public CompletionStage<List<ByteRecord>> read(List<StreamOffset<byte[]>> offsets, int count, Duration block) {
			try {
				return send(offsets, count, block).handle((records, failure) -> {
					if (failure != null) {
						throw translate(failure);
					}
					return records;
				});
			}
			catch (RuntimeException ex) {
				return CompletableFuture.failedFuture(translate(ex));
			}
		}

		@SuppressWarnings("unchecked") // a generic array
		private CompletionStage<List<ByteRecord>> send(List<StreamOffset<byte[]>> offsets, int count, Duration block) {
			XReadArgs.StreamOffset<byte[]>[] streams = offsets.stream()
				.map((offset) -> XReadArgs.StreamOffset.from(offset.getKey(), offset.getOffset().getOffset()))
				.toArray(XReadArgs.StreamOffset[]::new);
			return this.connection.async()
				.xread(new XReadArgs().count(count).block(Math.max(1, block.toMillis())), streams)
				.thenApply((messages) -> messages.stream().map(NodeConnection::record).toList());
		}

		private static ByteRecord record(StreamMessage<byte[], byte[]> message) {
			return StreamRecords.newRecord().in(message.getStream()).withId(message.getId()).ofBytes(message.getBody());
		}

		private RuntimeException translate(Throwable failure) {
			Throwable cause = (failure instanceof CompletionException && failure.getCause() != null)
					? failure.getCause() : failure;
			RuntimeException translated = (cause instanceof RuntimeException known)
					? this.factory.translateExceptionIfPossible(known) : null;
			RuntimeException result = (translated != null) ? translated
					: new RedisSystemException("Waiting for new entries failed", cause);
			if (!this.closed) {
				failed(result);
			}
			return result;
		}

		@Override
		public void close() {
			this.closed = true;
			this.connection.closeAsync().exceptionally((ex) -> {
				logger.debug("A connection that waited could not be closed", ex);
				return null;
			});
		}

	}

}
