package io.github.kvevents.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;

/**
 * The keys that SCAN finds, read lazily. The connection is opened for the first key and
 * closed after the last one, or with the stream. SCAN may return a key several times, so
 * the keys that were returned are remembered.
 */
final class KeyStream extends Spliterators.AbstractSpliterator<String> {

	private static final int KEYS_PER_ROUND_TRIP = 250;

	private final RedisConnections connections;

	private final KeyNames names;

	private final ScanOptions options;

	/** One for each node that has keys. */
	private final Queue<Supplier<Cursor<byte[]>>> scans = new ArrayDeque<>();

	private final Set<String> given = new HashSet<>();

	private @Nullable RedisConnection connection;

	private @Nullable Cursor<byte[]> cursor;

	private boolean closed;

	private KeyStream(RedisConnections connections, KeyNames names, String prefix) {
		super(Long.MAX_VALUE, Spliterator.DISTINCT | Spliterator.NONNULL);
		this.connections = connections;
		this.names = names;
		this.options = ScanOptions.scanOptions().match(names.toPattern(prefix)).count(KEYS_PER_ROUND_TRIP).build();
	}

	static Stream<String> open(RedisConnections connections, KeyNames names, String prefix) {
		KeyStream keys = new KeyStream(connections, names, prefix);
		return StreamSupport.stream(keys, false).onClose(keys::close);
	}

	@Override
	public boolean tryAdvance(Consumer<? super String> action) {
		String key = next();
		if (key == null) {
			return false;
		}
		action.accept(key);
		return true;
	}

	private @Nullable String next() {
		if (this.closed) {
			return null;
		}
		try {
			Cursor<byte[]> cursor = cursor();
			while (cursor != null) {
				while (cursor.hasNext()) {
					String key = this.names.fromRedis(cursor.next());
					if (key != null && this.given.add(key)) {
						return key;
					}
				}
				cursor = nextCursor();
			}
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
		close();
		return null;
	}

	private @Nullable Cursor<byte[]> cursor() {
		if (this.cursor != null) {
			return this.cursor;
		}
		RedisConnection connection = this.connections.open();
		this.connection = connection;
		this.scans.addAll(scans(connection, this.options));
		return nextCursor();
	}

	/**
	 * A scan for each node that has keys.
	 */
	static List<Supplier<Cursor<byte[]>>> scans(RedisConnection connection, ScanOptions options) {
		List<Supplier<Cursor<byte[]>>> scans = new ArrayList<>();
		if (connection instanceof RedisClusterConnection cluster) {
			for (RedisClusterNode node : cluster.clusterGetNodes()) {
				if (node.isMaster() && !node.getSlotRange().getSlots().isEmpty()) {
					scans.add(() -> cluster.scan(node, options));
				}
			}
		}
		else {
			scans.add(() -> connection.keyCommands().scan(options));
		}
		return scans;
	}

	private @Nullable Cursor<byte[]> nextCursor() {
		if (this.cursor != null) {
			this.cursor.close();
		}
		Supplier<Cursor<byte[]>> scan = this.scans.poll();
		this.cursor = (scan != null) ? scan.get() : null;
		return this.cursor;
	}

	private void close() {
		this.closed = true;
		this.given.clear();
		RedisConnection connection = this.connection;
		Cursor<byte[]> cursor = this.cursor;
		this.connection = null;
		this.cursor = null;
		try {
			if (cursor != null) {
				cursor.close();
			}
		}
		finally {
			if (connection != null) {
				connection.close();
			}
		}
	}

}
