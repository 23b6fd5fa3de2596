package io.github.kvevents.store.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Keys in Redis 7.0 or later, or Valkey 7.2 or later. Each operation on one key is one
 * command; the very first one asks for the server's version before it, and nothing
 * connects earlier. A key that holds another type than a string fails with a
 * {@code DataAccessException} and stays as it is.
 */
public final class RedisKvStore implements KvStore {

	private static final RedisScript SET_ALL = RedisScript.load("set-all.lua");

	private static final RedisScript DELETE_ALL = RedisScript.load("delete-all.lua");

	private static final RedisScript COMPARE_AND_SET = RedisScript.load("compare-and-set.lua");

	private static final RedisScript COMPARE_AND_DELETE = RedisScript.load("compare-and-delete.lua");

	private final RedisConnections connections;

	private final KeyNames names;

	/**
	 * Creates a store; nothing is sent.
	 * @param connectionFactory where connections come from, with Lettuce or Jedis
	 * @param names how keys are called in Redis
	 */
	public RedisKvStore(RedisConnectionFactory connectionFactory, KeyNames names) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(names, "'names' must not be null");
		this.connections = new RedisConnections(connectionFactory);
		this.names = names;
	}

	@Override
	public String getName() {
		return "redis";
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		return send(SetCommand.of(this.names, write));
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		return sendAll(SET_ALL, writes.stream().map((write) -> SetCommand.of(this.names, write)).toList());
	}

	@Override
	public byte @Nullable [] get(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> connection.stringCommands().get(name));
	}

	@Override
	public List<Optional<byte[]>> getAll(Collection<String> keys) {
		List<byte[]> names = keys.stream().map(this.names::toRedis).toList();
		if (names.isEmpty()) {
			return List.of();
		}
		return this.connections.call((connection) -> {
			List<Optional<byte[]>> values = new ArrayList<>(names.size());
			for (int start = 0; start < names.size(); start += RedisBatch.MAX_KEYS) {
				List<byte[]> chunk = names.subList(start, Math.min(names.size(), start + RedisBatch.MAX_KEYS));
				connection.stringCommands()
					.mGet(chunk.toArray(byte[][]::new))
					.forEach((value) -> values.add(Optional.ofNullable(value)));
			}
			return values;
		});
	}

	@Override
	public byte @Nullable [] delete(String key) {
		return send(new DeleteCommand(this.names.toRedis(key))).orElse(null);
	}

	@Override
	public StoreBatch<Optional<byte[]>> deleteAll(List<String> keys) {
		return sendAll(DELETE_ALL, keys.stream().map((key) -> new DeleteCommand(this.names.toRedis(key))).toList());
	}

	@Override
	public boolean compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		byte[] name = this.names.toRedis(key);
		RedisScript script = (value != null) ? COMPARE_AND_SET : COMPARE_AND_DELETE;
		List<byte[]> arguments = Stream.of(value, expected).filter(Objects::nonNull).toList();
		return this.connections.call((connection) -> script.test(connection, name, arguments));
	}

	@Override
	public boolean exists(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> isTrue(connection.keyCommands().exists(name)));
	}

	@Override
	public @Nullable Duration getTimeToLive(String key) {
		byte[] name = this.names.toRedis(key);
		Long millis = this.connections.call((connection) -> connection.keyCommands().pTtl(name));
		// -2: no such key, -1: it never expires
		return (millis != null && millis >= 0) ? Duration.ofMillis(millis) : null;
	}

	@Override
	public boolean expire(String key, Duration timeToLive) {
		byte[] name = this.names.toRedis(key);
		long millis = Lifetimes.toMillis(timeToLive);
		return this.connections.call((connection) -> isTrue(connection.keyCommands().pExpire(name, millis)));
	}

	@Override
	public boolean persist(String key) {
		byte[] name = this.names.toRedis(key);
		return this.connections.call((connection) -> isTrue(connection.keyCommands().persist(name)));
	}

	@Override
	public Stream<String> keys(String prefix) {
		return KeyStream.open(this.connections, this.names, prefix);
	}

	@Override
	public Map<String, Object> ping() {
		return this.connections.call((connection) -> {
			Map<String, Object> facts = new LinkedHashMap<>();
			connection.ping();
			String version = ServerVersionCheck.read(connection);
			if (version != null) {
				facts.put("version", version);
			}
			return facts;
		});
	}

	private <R> R send(WriteCommand<R> command) {
		return this.connections.call((connection) -> command.result(command.send(connection)));
	}

	private <R> StoreBatch<R> sendAll(RedisScript script, List<? extends WriteCommand<R>> commands) {
		return commands.isEmpty() ? new StoreBatch<>(List.of(), null)
				: new RedisBatch<>(script, commands).send(this.connections);
	}

	private static boolean isTrue(@Nullable Boolean reply) {
		return Boolean.TRUE.equals(reply);
	}

}
