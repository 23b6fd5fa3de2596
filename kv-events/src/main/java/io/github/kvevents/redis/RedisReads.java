package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;

import io.github.kvevents.redis.BoundedReads.ValuePages;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.PageSize;

/**
 * Reads keys for the application, possibly from replicas, whose values may lag. Many
 * values are read in pages that are bounded in bytes.
 */
final class RedisReads {

	private static final RedisScript GET_PAGE = RedisScript.load(RedisReads.class, "get-page.lua");

	/** How many keys to read at once while their sizes are unknown. */
	private static final int FIRST_PAGE = 4;

	private final RedisConnections primary;

	private final RedisConnections reads;

	private final KeyNames names;

	private final ValuePages pages;

	/**
	 * Shared with the reads of the primary, so that both know the sizes of values.
	 */
	private final PageSize pageSize;

	/**
	 * Creates the reads; nothing is sent.
	 * @param primary connections to the primary
	 * @param reads connections for reads, the same object if these are of the primary too
	 * @param names maps keys to their names in Redis
	 * @param pages reads from the primary
	 */
	RedisReads(RedisConnections primary, RedisConnections reads, KeyNames names, ValuePages pages) {
		this(primary, reads, names, pages, new PageSize(1, FIRST_PAGE));
	}

	private RedisReads(RedisConnections primary, RedisConnections reads, KeyNames names, ValuePages pages,
			PageSize pageSize) {
		this.primary = primary;
		this.reads = reads;
		this.names = names;
		this.pages = pages;
		this.pageSize = pageSize;
	}

	/**
	 * The same reads from the primary, this object if it reads from there.
	 */
	RedisReads ofPrimary() {
		return (this.reads == this.primary) ? this
				: new RedisReads(this.primary, this.primary, this.names, this.pages, this.pageSize);
	}

	/**
	 * Notes the sizes of values that are written: they may be read later.
	 */
	void saw(StoreWrite write) {
		this.pageSize.saw(write.value().length);
	}

	void saw(List<StoreWrite> writes) {
		this.pageSize.succeeded(writes.size(), writes.stream().mapToLong((write) -> write.value().length).sum());
	}

	byte @Nullable [] get(String key) {
		byte[] name = this.names.toRedis(key);
		return this.reads.call((connection) -> connection.stringCommands().get(name));
	}

	List<Optional<byte[]>> getAll(Collection<String> keys) {
		List<byte[]> names = keys.stream().map(this.names::toRedis).toList();
		if (names.isEmpty()) {
			return List.of();
		}
		List<Optional<byte[]>> values = new ArrayList<>(names.size());
		while (this.reads == this.primary && values.size() < names.size()) {
			int end = Math.min(names.size(), values.size() + RedisBatch.MAX_KEYS);
			this.pages.read(List.of(), names.subList(values.size(), end), GET_PAGE)
				.forEach((value) -> values.add(Optional.ofNullable((byte[]) value)));
		}
		// from a replica: scripts run on the primary
		while (values.size() < names.size()) {
			int count = this.pageSize.count(Math.min(RedisBatch.MAX_KEYS, names.size() - values.size()));
			values.addAll(getPage(names.subList(values.size(), values.size() + count)));
		}
		return values;
	}

	/**
	 * Reads some keys; fewer if they are too large together.
	 */
	private List<Optional<byte[]>> getPage(List<byte[]> names) {
		try {
			List<byte[]> values = this.reads
				.call((connection) -> connection.stringCommands().mGet(names.toArray(byte[][]::new)));
			this.pageSize.succeeded(values.size(),
					values.stream().filter(Objects::nonNull).mapToLong((value) -> value.length).sum());
			return values.stream().map(Optional::ofNullable).toList();
		}
		catch (DataAccessException | OutOfMemoryError ex) {
			this.pageSize.failed();
			int count = this.pageSize.count(names.size());
			if (count == names.size()) {
				throw ex;
			}
			return getPage(names.subList(0, count));
		}
	}

	boolean exists(String key) {
		byte[] name = this.names.toRedis(key);
		return this.reads.call((connection) -> Boolean.TRUE.equals(connection.keyCommands().exists(name)));
	}

	@Nullable Duration getTimeToLive(String key) {
		byte[] name = this.names.toRedis(key);
		Long millis = this.reads.call((connection) -> connection.keyCommands().pTtl(name));
		// -2: no such key, -1: it never expires
		return (millis != null && millis >= 0) ? Duration.ofMillis(millis) : null;
	}

	Stream<String> keys(String prefix) {
		return KeyStream.open(this.reads, this.names, prefix);
	}

	/**
	 * The keys that SCAN finds, read lazily. The connection is opened for the first key
	 * and closed after the last one, or with the stream. SCAN may return a key several
	 * times, so the keys that were returned are remembered.
	 */
	private static final class KeyStream extends Spliterators.AbstractSpliterator<String> {

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

}
