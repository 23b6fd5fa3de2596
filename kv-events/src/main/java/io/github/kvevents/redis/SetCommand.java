package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.core.types.Expiration;

import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

/**
 * {@code SET key value [NX|XX] GET [PX|PXAT|KEEPTTL]}, for a batch in
 * {@code set-all.lua}.
 */
record SetCommand(byte[] key, byte[] value, Condition condition, Expiration expiration) implements WriteCommand {

	static SetCommand of(KeyNames names, StoreWrite write) {
		return new SetCommand(names.toRedis(write.key()), write.value(), write.condition(), expiration(write));
	}

	private static Expiration expiration(StoreWrite write) {
		if (write.timeToLive() != null) {
			return Expiration.milliseconds(Lifetimes.toMillis(write.timeToLive()));
		}
		if (write.expireAt() != null) {
			return Expiration.unixTimestamp(Lifetimes.toEpochMillis(write.expireAt()), TimeUnit.MILLISECONDS);
		}
		return write.keepTimeToLive() ? Expiration.keepTtl() : Expiration.persistent();
	}

	@Override
	public List<byte[]> arguments() {
		return List.of(this.value, ascii(conditionOption()), ascii(expirationOption()), ascii(expirationTime()));
	}

	/**
	 * The arguments with which {@code set-tracked.lua} writes a key if it holds the
	 * expected value, or is absent if that is {@code null}. The time to live is kept.
	 */
	static List<byte[]> compareArguments(byte @Nullable [] expected, byte[] value) {
		return (expected != null) ? List.of(value, ascii("EQ"), ascii("KEEPTTL"), expected)
				: List.of(value, ascii("NX"), ascii("KEEPTTL"), ascii(""));
	}

	/**
	 * Whether the write is unconditional and does not keep the time to live.
	 */
	boolean isUnconditional() {
		return this.condition == Condition.ALWAYS && !this.expiration.isKeepTtl();
	}

	/**
	 * {@code PX} or {@code PXAT} and the milliseconds; empty for a key that never
	 * expires.
	 */
	List<byte[]> lifetimeArguments() {
		return this.expiration.isPersistent() ? List.of() : List.of(ascii(expirationOption()), ascii(expirationTime()));
	}

	private String conditionOption() {
		return switch (this.condition) {
			case ALWAYS -> "";
			case IF_ABSENT -> "NX";
			case IF_PRESENT -> "XX";
		};
	}

	private String expirationOption() {
		if (this.expiration.isKeepTtl()) {
			return "KEEPTTL";
		}
		if (this.expiration.isPersistent()) {
			return "";
		}
		return this.expiration.isUnixTimestamp() ? "PXAT" : "PX";
	}

	private String expirationTime() {
		boolean timed = !this.expiration.isKeepTtl() && !this.expiration.isPersistent();
		return timed ? String.valueOf(this.expiration.getExpirationTimeInMilliseconds()) : "";
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * The command, by a method that Spring Data Redis 4.0 and 4.1 both have.
	 * @return what the key held
	 */
	@SuppressWarnings("deprecation") // what replaces it since 4.1 isn't there in 4.0
	static byte @Nullable [] setGet(RedisConnection connection, byte[] key, byte[] value, Condition condition,
			Expiration expiration) {
		SetOption option = switch (condition) {
			case ALWAYS -> SetOption.upsert();
			case IF_ABSENT -> SetOption.ifAbsent();
			case IF_PRESENT -> SetOption.ifPresent();
		};
		return connection.stringCommands().setGet(key, value, expiration, option);
	}

	/**
	 * {@code SET key value PX}.
	 */
	@SuppressWarnings("deprecation") // as above
	static void set(RedisConnection connection, byte[] key, byte[] value, Expiration expiration) {
		connection.stringCommands().set(key, value, expiration, SetOption.upsert());
	}

	@Override
	public byte @Nullable [] send(RedisConnection connection) {
		return setGet(connection, this.key, this.value, this.condition, this.expiration);
	}

	/**
	 * With GET the reply is the previous value whether the condition held or not, so it
	 * also shows whether the condition held.
	 */
	@Override
	public StoreOutcome result(byte @Nullable [] reply) {
		boolean applied = switch (this.condition) {
			case ALWAYS -> true;
			case IF_ABSENT -> reply == null;
			case IF_PRESENT -> reply != null;
		};
		return new StoreOutcome(applied, reply);
	}

	@Override
	public StoreOutcome failed() {
		return new StoreOutcome(false, null);
	}

}
