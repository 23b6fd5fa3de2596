package io.github.kvevents;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Builds events: the back ends do, and so can the unit test of a hook. The last call says
 * which event it is. Byte arrays are taken over, not copied: the caller must not change
 * them afterwards.
 *
 * <pre>
 * KvSetEvent event = KvEventBuilder.forKey(this, "order:1", codec).value(bytes).set(KvEventType.SET);
 * </pre>
 */
public final class KvEventBuilder {

	final Object source;

	final String key;

	final KvCodec codec;

	private @Nullable Instant occurredAt;

	String origin = "unknown";

	byte @Nullable [] value;

	byte @Nullable [] previousValue;

	@Nullable KvPosition position;

	@Nullable KvBatch batch;

	KvHeaders headers = KvHeaders.NONE;

	private KvEventBuilder(Object source, String key, KvCodec codec) {
		Assert.notNull(source, "'source' must not be null");
		Assert.hasLength(key, "'key' must not be empty");
		Assert.notNull(codec, "'codec' must not be null");
		this.source = source;
		this.key = key;
		this.codec = codec;
	}

	/**
	 * Starts an event.
	 * @param source the object that publishes it
	 * @param key the key, as the application names it
	 * @param codec decodes the values
	 * @return a new builder
	 */
	public static KvEventBuilder forKey(Object source, String key, KvCodec codec) {
		return new KvEventBuilder(source, key, codec);
	}

	/**
	 * Sets the value after the operation. For {@link #expired} it is the last value, as
	 * {@link #previousValue} is; a deletion has none.
	 * @param value the bytes, {@code null} (the default) if the key is gone
	 * @return this builder
	 */
	public KvEventBuilder value(byte @Nullable [] value) {
		this.value = value;
		return this;
	}

	/**
	 * Sets the value before the operation.
	 * @param previousValue the bytes, {@code null} (the default) if the key was absent
	 * @return this builder
	 */
	public KvEventBuilder previousValue(byte @Nullable [] previousValue) {
		this.previousValue = previousValue;
		return this;
	}

	/**
	 * Sets when the operation was applied.
	 * @param occurredAt the time, by default now
	 * @return this builder
	 */
	public KvEventBuilder occurredAt(Instant occurredAt) {
		Assert.notNull(occurredAt, "'occurredAt' must not be null");
		this.occurredAt = occurredAt;
		return this;
	}

	Instant occurredAt() {
		Instant time = (this.occurredAt != null) ? this.occurredAt : Instant.now();
		this.occurredAt = time;
		return time;
	}

	/**
	 * Sets which instance made the change.
	 * @param origin the instance's id
	 * @return this builder
	 */
	public KvEventBuilder origin(String origin) {
		Assert.hasText(origin, () -> "'origin' must not be empty but was '" + origin + "'");
		this.origin = origin;
		return this;
	}

	/**
	 * Sets the place in the change log.
	 * @param position the position, {@code null} (the default) where the log is off
	 * @return this builder
	 */
	public KvEventBuilder position(@Nullable KvPosition position) {
		this.position = position;
		return this;
	}

	/**
	 * Sets the batch that the event is part of.
	 * @param batch the batch, {@code null} (the default) for a single operation
	 * @return this builder
	 */
	public KvEventBuilder batch(@Nullable KvBatch batch) {
		this.batch = batch;
		return this;
	}

	/**
	 * Sets what the change carries besides its values.
	 * @param headers the headers, by default none
	 * @return this builder
	 */
	public KvEventBuilder headers(KvHeaders headers) {
		Assert.notNull(headers, "'headers' must not be null");
		this.headers = headers;
		return this;
	}

	/**
	 * Makes the event of a write. Created, updated or unchanged is decided by the bytes
	 * of the two values.
	 * @param type {@link KvEventType#SET}, {@link KvEventType#SET_RAW} or
	 * {@link KvEventType#BATCH_SET}
	 * @return the event
	 */
	public KvSetEvent set(KvEventType type) {
		Assert.isTrue(type == KvEventType.SET || type == KvEventType.SET_RAW || type == KvEventType.BATCH_SET,
				() -> "'type' must be SET, SET_RAW or BATCH_SET but was " + type);
		Assert.state(this.value != null, "A set event needs a value");
		return new KvSetEvent(type, KvChange.of(this.previousValue, this.value), this);
	}

	/**
	 * Makes the event of a deletion.
	 * @param type {@link KvEventType#DELETE} or {@link KvEventType#BATCH_DELETE}
	 * @return the event
	 */
	public KvDeleteEvent delete(KvEventType type) {
		Assert.isTrue(type == KvEventType.DELETE || type == KvEventType.BATCH_DELETE,
				() -> "'type' must be DELETE or BATCH_DELETE but was " + type);
		Assert.state(this.value == null,
				"A deletion leaves no value: give the one that was deleted with 'previousValue'");
		return new KvDeleteEvent(type, this);
	}

	/**
	 * Makes the event of an expiry that was tracked. Its last value is what was given as
	 * {@link #value} or as {@link #previousValue}.
	 * @param deadline when the key ceased to exist
	 * @param lateness how long after that it was detected, not negative
	 * @return the event
	 */
	public KvExpiredEvent expired(Instant deadline, Duration lateness) {
		Assert.isTrue(!lateness.isNegative(), () -> "'lateness' must not be negative but was " + lateness);
		Assert.state(this.value == null || this.previousValue == null,
				"An expiry has one last value: give it with 'value' or with 'previousValue', not with both");
		return new KvExpiredEvent(KvExpirySource.TRACKING, deadline, lateness, withLastValue());
	}

	/**
	 * Makes the event of an expiry that the server notified of. A notification has no
	 * value, so neither may have been given.
	 * @return the event
	 */
	public KvExpiredEvent expiredByNotification() {
		Assert.state(this.value == null && this.previousValue == null,
				"A notification has no last value: use 'expired(deadline, lateness)', or give none");
		return new KvExpiredEvent(KvExpirySource.NOTIFICATION, null, null, this);
	}

	/**
	 * An event of an expiry has its value as the previous one. This builder stays as it
	 * is, so that it can make further events.
	 */
	private KvEventBuilder withLastValue() {
		if (this.value == null) {
			return this;
		}
		KvEventBuilder builder = new KvEventBuilder(this.source, this.key, this.codec).origin(this.origin)
			.previousValue(this.value)
			.position(this.position)
			.batch(this.batch)
			.headers(this.headers);
		builder.occurredAt = this.occurredAt;
		return builder;
	}

}
