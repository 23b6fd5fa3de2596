package io.github.kvevents.store;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;

/**
 * One entry of a change log. Byte arrays must not be changed.
 *
 * @param position its position in the log
 * @param type the type of the event
 * @param key the key, as the application names it
 * @param value the value after the change, {@code null} if the key was removed
 * @param previousValue the value before it, {@code null} if the key was absent
 * @param origin the id of the instance that made the change, or detected the expiry
 * @param operationId a unique id of the operation, the same if it was sent twice
 * @param occurredAt when it happened, by the store's clock; for an expiry its deadline
 * @param detectedAt when the store detected an expiry; the same as {@code occurredAt} for
 * other changes
 * @param batch the batch that the change is part of, {@code null} for none
 * @param headers what the change carries besides its values
 */
public record LoggedChange(KvPosition position, KvEventType type, String key, byte @Nullable [] value,
		byte @Nullable [] previousValue, String origin, String operationId, Instant occurredAt, Instant detectedAt,
		@Nullable KvBatch batch, KvHeaders headers) {

	/**
	 * An entry without headers.
	 * @param position its position in the log
	 * @param type the type of the event
	 * @param key the key
	 * @param value the value after the change
	 * @param previousValue the value before it
	 * @param origin the id of the instance
	 * @param operationId a unique id of the operation
	 * @param occurredAt when it happened
	 * @param detectedAt when the store detected an expiry
	 * @param batch the batch that the change is part of
	 */
	public LoggedChange(KvPosition position, KvEventType type, String key, byte @Nullable [] value,
			byte @Nullable [] previousValue, String origin, String operationId, Instant occurredAt, Instant detectedAt,
			@Nullable KvBatch batch) {
		this(position, type, key, value, previousValue, origin, operationId, occurredAt, detectedAt, batch,
				KvHeaders.NONE);
	}

	/**
	 * Checks a change that was read from where other clients could have written it.
	 * @return this change, of which an event can be made
	 * @throws IllegalArgumentException if it has no origin, or a value that doesn't go
	 * with its type
	 */
	public LoggedChange requireConsistent() {
		Assert.hasText(this.origin, "'origin' must not be empty");
		boolean set = this.type == KvEventType.SET || this.type == KvEventType.SET_RAW
				|| this.type == KvEventType.BATCH_SET;
		Assert.isTrue(set == (this.value != null),
				() -> "'value' must " + (set ? "" : "not ") + "be given for " + this.type);
		return this;
	}

	/**
	 * The size of its values.
	 * @return the number of bytes of both
	 */
	public long bytes() {
		return ((this.value != null) ? this.value.length : 0L)
				+ ((this.previousValue != null) ? this.previousValue.length : 0L);
	}

}
