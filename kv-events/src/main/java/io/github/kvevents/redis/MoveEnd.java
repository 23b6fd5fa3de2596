package io.github.kvevents.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;

import io.github.kvevents.store.Namespace;

/**
 * One of the two ends of a move: a namespace in a Redis.
 */
final class MoveEnd {

	private static final RedisScript READ_COUNTERS = RedisScript.load(MoveEnd.class, "move-read-counters.lua");

	private static final int KEYS_PER_PAGE = 250;

	private final RedisConnectionFactory factory;

	private final RedisConnections connections;

	private final Namespace namespace;

	private final KeyNames names;

	private final Pattern ownKey;

	/** By tag. */
	private final Map<String, Integer> partitions = new HashMap<>();

	MoveEnd(RedisConnectionFactory factory, Namespace namespace, String keyPrefix) {
		this.factory = factory;
		this.connections = new RedisConnections(factory);
		this.namespace = namespace;
		this.names = KeyNames.prefixedWith(keyPrefix).in(namespace);
		this.ownKey = Pattern.compile(
				Pattern.quote(OwnKeys.PREFIX) + "(" + Pattern.quote(namespace.name()) + ":\\d+(?:-\\d+)?)\\}:(.*)",
				Pattern.DOTALL);
		IntStream.range(0, namespace.partitions())
			.forEach((partition) -> this.partitions.put(namespace.tag(partition), partition));
	}

	RedisConnectionFactory factory() {
		return this.factory;
	}

	RedisConnections connections() {
		return this.connections;
	}

	Namespace namespace() {
		return this.namespace;
	}

	KeyNames names() {
		return this.names;
	}

	/**
	 * Calls an action with each group of keys that one command may touch.
	 */
	void forEachGroup(List<byte[]> names, Consumer<List<byte[]>> action) {
		this.connections.groups(names).forEach((indexes) -> action.accept(indexes.stream().map(names::get).toList()));
	}

	/**
	 * Reads the names of the keys of the application.
	 * @param page receives them, some at a time; rarely a name twice
	 */
	void forEachPage(Consumer<List<byte[]>> page) {
		scan(this.names.toPattern(""), page);
	}

	/**
	 * The keys of this library, but for the facts.
	 */
	List<OwnKey> ownKeys() {
		Set<OwnKey> found = new LinkedHashSet<>();
		scan(bytes(KeyNames.escape(OwnKeys.PREFIX + this.namespace.name() + ":") + "*"),
				(page) -> page.forEach((name) -> {
					Matcher parts = this.ownKey.matcher(text(name));
					if (parts.matches()) {
						found.add(new OwnKey(parts.group(), this.partitions.get(parts.group(1)), parts.group(2)));
					}
				}));
		return List.copyOf(found);
	}

	private void scan(byte[] pattern, Consumer<List<byte[]>> page) {
		this.connections.run((connection) -> {
			List<Supplier<Cursor<byte[]>>> scans = KeyStream.scans(connection,
					ScanOptions.scanOptions().match(pattern).count(KEYS_PER_PAGE).build());
			Set<ByteBuffer> names = new LinkedHashSet<>();
			for (Supplier<Cursor<byte[]>> scan : scans) {
				try (Cursor<byte[]> cursor = scan.get()) {
					while (cursor.hasNext()) {
						names.add(ByteBuffer.wrap(cursor.next()));
						if (names.size() == KEYS_PER_PAGE) {
							pass(names, page);
						}
					}
				}
			}
			pass(names, page);
		});
	}

	private static void pass(Set<ByteBuffer> names, Consumer<List<byte[]>> page) {
		page.accept(names.stream().map(ByteBuffer::array).toList());
		names.clear();
	}

	/**
	 * A key that says that an instance uses the namespace: a lease, or a sign of life.
	 * They end by themselves if it was killed.
	 * @return the name, {@code null} if there is none
	 */
	@Nullable String findInUse() {
		List<OwnKey> keys = ownKeys();
		return this.connections.<@Nullable String>call((connection) -> {
			long now = Objects.requireNonNull(connection.serverCommands().time(TimeUnit.MILLISECONDS));
			return keys.stream()
				.filter((key) -> isInUse(connection, key, now))
				.map(OwnKey::name)
				.findFirst()
				.orElse(null);
		});
	}

	private static boolean isInUse(RedisConnection connection, OwnKey key, long now) {
		if (key.purpose().equals("sweeper")) {
			return true;
		}
		return (key.purpose().equals("hooks") || key.purpose().startsWith("listener:"))
				&& hash(connection, key.name()).entrySet()
					.stream()
					.anyMatch((field) -> until(field.getKey(), field.getValue()) > now);
	}

	private static long until(String field, String value) {
		if (field.startsWith("i:")) {
			String[] parts = value.split(":", 3);
			return Long.parseLong(parts[0]) + Long.parseLong(parts[1]);
		}
		boolean lease = field.equals("until") || field.startsWith("instance:");
		return lease ? Long.parseLong(value.split(" ")[0]) : 0;
	}

	/**
	 * One of some keys that exists.
	 * @return its name, {@code null} if none does
	 */
	@Nullable String findExisting(byte[][] names) {
		return this.connections.<@Nullable String>call((connection) -> {
			Long count = connection.keyCommands().exists(names);
			return (count == null || count == 0) ? null
					: Arrays.stream(names)
						.filter((name) -> Boolean.TRUE.equals(connection.keyCommands().exists(name)))
						.map(MoveEnd::text)
						.findFirst()
						.orElse(null);
		});
	}

	/**
	 * A hash of texts.
	 */
	Map<String, String> hash(String name) {
		return this.connections.call((connection) -> hash(connection, name));
	}

	private static Map<String, String> hash(RedisConnection connection, String name) {
		Map<String, String> fields = new LinkedHashMap<>();
		Map<byte[], byte[]> found = connection.hashCommands().hGetAll(bytes(name));
		if (found != null) {
			found.forEach((field, value) -> fields.put(text(field), text(value)));
		}
		return fields;
	}

	/**
	 * What a stream says of entries that it no longer has, as
	 * {@code move-read-counters.lua} reads it; empty without a stream.
	 */
	List<byte[]> counters(String stream) {
		List<?> read = this.connections
			.call((connection) -> READ_COUNTERS.list(connection, List.of(bytes(stream)), List.of()));
		return read.stream().map(byte[].class::cast).toList();
	}

	void putAll(String name, Map<String, String> fields) {
		IdentityHashMap<byte[], byte[]> encoded = new IdentityHashMap<>();
		fields.forEach((field, value) -> encoded.put(bytes(field), bytes(value)));
		this.connections.run((connection) -> connection.hashCommands().hMSet(bytes(name), encoded));
	}

	/**
	 * Deletes the keys of this library in the partitions of this namespace.
	 */
	void deleteOwnKeys() {
		List<OwnKey> keys = new ArrayList<>(ownKeys());
		keys.removeIf((key) -> key.partition() == null);
		this.connections.run((connection) -> keys.forEach((key) -> connection.keyCommands().unlink(bytes(key.name()))));
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	/**
	 * A key of this library.
	 *
	 * @param name its name in Redis
	 * @param partition its partition, {@code null} if it isn't one of this namespace: of
	 * another layout, or of another number of partitions
	 * @param purpose what is behind the tag
	 */
	record OwnKey(String name, @Nullable Integer partition, String purpose) {

		/**
		 * What is behind a prefix of the purpose, such as the id of a listener.
		 */
		String after(String prefix) {
			return this.purpose.substring(prefix.length());
		}

	}

}
