package io.github.kvevents.core;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;

/**
 * How to write a key: when it expires and under which condition it is written. Immutable:
 * each method returns new options. Options that contradict each other are rejected with
 * an {@link IllegalArgumentException} as they are built.
 *
 * <pre>
 * template.set("checkout:42", order, SetOptions.defaults().timeToLive(Duration.ofMinutes(15)).ifAbsent());
 * </pre>
 */
public final class SetOptions {

	private static final SetOptions DEFAULTS = new SetOptions(null, null, false, Condition.ALWAYS);

	private final @Nullable Duration timeToLive;

	private final @Nullable Instant expireAt;

	private final boolean keepTimeToLive;

	private final Condition condition;

	private SetOptions(@Nullable Duration timeToLive, @Nullable Instant expireAt, boolean keepTimeToLive,
			Condition condition) {
		this.timeToLive = timeToLive;
		this.expireAt = expireAt;
		this.keepTimeToLive = keepTimeToLive;
		this.condition = condition;
		int expirations = ((timeToLive != null) ? 1 : 0) + ((expireAt != null) ? 1 : 0) + (keepTimeToLive ? 1 : 0);
		Assert.isTrue(expirations <= 1, () -> "Only one of 'timeToLive', 'expireAt' and 'keepTimeToLive' can be given, "
				+ "but there were " + this);
	}

	/**
	 * The key is written whatever is there, and never expires.
	 * @return the options to start from
	 */
	public static SetOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * The key expires after this time.
	 * @param timeToLive at least a millisecond; a fraction of one is rounded up
	 * @return new options
	 */
	public SetOptions timeToLive(Duration timeToLive) {
		return new SetOptions(Arguments.timeToLive(timeToLive), this.expireAt, this.keepTimeToLive, this.condition);
	}

	/**
	 * The key expires at this moment. If that has passed, the key is written and expires
	 * at once, with an event for the one and for the other.
	 * @param expireAt the moment, by the clock of the server; a fraction of a millisecond
	 * is rounded up
	 * @return new options
	 */
	public SetOptions expireAt(Instant expireAt) {
		Assert.notNull(expireAt, "'expireAt' must not be null");
		return new SetOptions(this.timeToLive, expireAt, this.keepTimeToLive, this.condition);
	}

	/**
	 * The key keeps the time to live that it has. A key that is absent, or has none,
	 * never expires.
	 * @return new options
	 */
	public SetOptions keepTimeToLive() {
		return new SetOptions(this.timeToLive, this.expireAt, true, this.condition);
	}

	/**
	 * The key is written only if it is absent, and {@link KvSetResult#NOT_APPLIED}
	 * otherwise.
	 * @return new options
	 */
	public SetOptions ifAbsent() {
		return withCondition(Condition.IF_ABSENT);
	}

	/**
	 * The key is written only if it exists, and {@link KvSetResult#NOT_APPLIED}
	 * otherwise.
	 * @return new options
	 */
	public SetOptions ifPresent() {
		return withCondition(Condition.IF_PRESENT);
	}

	private SetOptions withCondition(Condition condition) {
		Assert.isTrue(this.condition == Condition.ALWAYS || this.condition == condition,
				"Only one of 'ifAbsent' and 'ifPresent' can be given");
		return new SetOptions(this.timeToLive, this.expireAt, this.keepTimeToLive, condition);
	}

	/**
	 * What the store is asked to do. Called once the moment of expiry was checked to be
	 * one that a store can count.
	 */
	StoreWrite toWrite(String key, byte[] value) {
		return new StoreWrite(key, value, this.condition, this.timeToLive, this.expireAt, this.keepTimeToLive);
	}

	@Nullable Instant getExpireAt() {
		return this.expireAt;
	}

	@Override
	public String toString() {
		return "SetOptions[timeToLive=" + this.timeToLive + ", expireAt=" + this.expireAt + ", keepTimeToLive="
				+ this.keepTimeToLive + ", condition=" + this.condition + "]";
	}

}
