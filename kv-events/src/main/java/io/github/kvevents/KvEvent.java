package io.github.kvevents;

import java.lang.reflect.Type;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

/**
 * Something happened to a key. Published only after the store applied the operation.
 * <p>
 * An event carries values, no live objects: each call of a getter for bytes returns a
 * copy, and each call of a getter for a value decodes anew, on the caller's thread, with
 * the codec of the template that published the event. Events are immutable and may be
 * kept and passed between threads.
 * <p>
 * Java serialization keeps everything but the codec and the source. JSON is one way: an
 * event can be written but not read back, so send what you need of it in a class of your
 * own.
 */
public abstract sealed class KvEvent extends ApplicationEvent permits KvSetEvent, KvDeleteEvent, KvExpiredEvent {

	private static final long serialVersionUID = 1L;

	private final KvEventType type;

	private final KvChange change;

	private final String key;

	private final byte @Nullable [] rawValue;

	private final byte @Nullable [] rawPreviousValue;

	private final Instant occurredAt;

	private final String origin;

	private final @Nullable KvPosition position;

	private final @Nullable KvBatch batch;

	private final KvHeaders headers;

	private final transient @Nullable KvCodec codec;

	KvEvent(KvEventType type, KvChange change, KvEventBuilder builder) {
		super(builder.source, Clock.fixed(builder.occurredAt(), ZoneOffset.UTC));
		this.type = type;
		this.change = change;
		this.key = builder.key;
		this.rawValue = builder.value;
		this.rawPreviousValue = builder.previousValue;
		this.occurredAt = builder.occurredAt();
		this.origin = builder.origin;
		this.position = builder.position;
		this.batch = builder.batch;
		this.headers = builder.headers;
		this.codec = builder.codec;
	}

	/**
	 * The operation.
	 * @return the type
	 */
	public KvEventType getType() {
		return this.type;
	}

	/**
	 * What the operation did to the key.
	 * @return the change
	 */
	public KvChange getChange() {
		return this.change;
	}

	/**
	 * The key, as the application names it: without the configured key prefix.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

	/**
	 * The bytes that the key holds after the operation.
	 * @return a copy of the bytes, or {@code null} if the key is gone
	 */
	public byte @Nullable [] getRawValue() {
		return copy(this.rawValue);
	}

	/**
	 * The value that the key holds after the operation.
	 * @param <T> the type to decode to
	 * @param type the class to decode to
	 * @return the value, or {@code null} if the key is gone
	 * @throws KvCodecException if the value can't be decoded to that type
	 */
	public <T> @Nullable T getValue(Class<T> type) {
		return decode(this.rawValue, type);
	}

	/**
	 * The value that the key holds after the operation, of a generic type.
	 * @param <T> the type to decode to
	 * @param type the type to decode to
	 * @return the value, or {@code null} if the key is gone
	 * @throws KvCodecException if the value can't be decoded to that type
	 */
	public <T> @Nullable T getValue(ParameterizedTypeReference<T> type) {
		return decode(this.rawValue, type);
	}

	/**
	 * The bytes that the key held before the operation; for a removed key its last value.
	 * @return a copy of the bytes, or {@code null} if the key was absent or its last
	 * value isn't known
	 */
	public byte @Nullable [] getRawPreviousValue() {
		return copy(this.rawPreviousValue);
	}

	/**
	 * The value that the key held before the operation; for a removed key its last value.
	 * @param <T> the type to decode to
	 * @param type the class to decode to
	 * @return the value, or {@code null} if the key was absent or its last value isn't
	 * known
	 * @throws KvCodecException if the value can't be decoded to that type
	 */
	public <T> @Nullable T getPreviousValue(Class<T> type) {
		return decode(this.rawPreviousValue, type);
	}

	/**
	 * The value that the key held before the operation, of a generic type.
	 * @param <T> the type to decode to
	 * @param type the type to decode to
	 * @return the value, or {@code null} if the key was absent or its last value isn't
	 * known
	 * @throws KvCodecException if the value can't be decoded to that type
	 */
	public <T> @Nullable T getPreviousValue(ParameterizedTypeReference<T> type) {
		return decode(this.rawPreviousValue, type);
	}

	/**
	 * When the change happened. Whose clock says so depends on where the event comes
	 * from: one that is published as the operation returns has the time of the instance
	 * that made the change; one that was read from the change log, by a watch, a
	 * listener, a hook on every instance or a reader of the log, has the time of the
	 * server, to the millisecond. An expiry has its deadline or, where Redis only
	 * notified, the time at which this instance received the notification. What a watch
	 * replays has the time of the replay.
	 * @return the time
	 */
	public Instant getOccurredAt() {
		return this.occurredAt;
	}

	/**
	 * The id of the instance that made the change or, for an expiry, that detected it.
	 * @return the id, see {@code kv.events.instance-id}
	 */
	public String getOrigin() {
		return this.origin;
	}

	/**
	 * The position of this change in the change log.
	 * @return the position, or {@code null} where the log is off
	 */
	public @Nullable KvPosition getPosition() {
		return this.position;
	}

	/**
	 * The batch that this event is part of.
	 * @return the batch, or {@code null} for a single operation
	 */
	public @Nullable KvBatch getBatch() {
		return this.batch;
	}

	/**
	 * What the change carries besides its values: the trace context of the operation, and
	 * baggage and the security principal of the writer if {@code kv.events.headers} says
	 * so. An expiry carries those of the operation that last wrote the key or set its
	 * time to live. Anyone who may write to Redis could have written them: they are no
	 * proof of who the writer was.
	 * @return the headers by their names, unmodifiable; empty if there are none
	 */
	public Map<String, String> getHeaders() {
		return this.headers.asMap();
	}

	/**
	 * Names type, change and key, never a value.
	 */
	@Override
	public String toString() {
		return getClass().getSimpleName() + "[type=" + this.type + ", change=" + this.change + ", key="
				+ KeyText.printable(this.key) + ", origin=" + this.origin + "]";
	}

	private <T> @Nullable T decode(byte @Nullable [] value, Class<T> type) {
		Assert.notNull(type, "'type' must not be null");
		return (value != null) ? decode(type, (decoder) -> decoder.decode(value.clone(), type)) : null;
	}

	@SuppressWarnings("unchecked")
	private <T> @Nullable T decode(byte @Nullable [] value, ParameterizedTypeReference<T> reference) {
		Assert.notNull(reference, "'type' must not be null");
		Type type = reference.getType();
		return (value != null) ? (T) decode(type, (decoder) -> decoder.decode(value.clone(), type)) : null;
	}

	/**
	 * Decodes a value. The codec gets a copy of the bytes, so that it can't change the
	 * event.
	 */
	private <T> T decode(Type type, Function<KvCodec, T> decoding) {
		KvCodec decoder = this.codec;
		if (decoder == null) {
			throw KvCodecException.decoding(this.key, type,
					new IllegalStateException("A deserialized event has no codec: read its bytes"));
		}
		try {
			T decoded = decoding.apply(decoder);
			Assert.state(decoded != null, "The codec returned null");
			return decoded;
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(this.key, type, ex);
		}
	}

	private static byte @Nullable [] copy(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes.clone() : null;
	}

}
