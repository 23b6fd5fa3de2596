package io.github.kvevents.redis;

import java.util.HashSet;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

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
			while (cursor.hasNext()) {
				String key = this.names.fromRedis(cursor.next());
				if (key != null && this.given.add(key)) {
					return key;
				}
			}
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
		close();
		return null;
	}

	private Cursor<byte[]> cursor() {
		if (this.cursor == null) {
			RedisConnection connection = this.connections.open();
			this.connection = connection;
			this.cursor = connection.keyCommands().scan(this.options);
		}
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
