package io.github.kvevents.store;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;

/**
 * One write. At most one of {@code timeToLive}, {@code expireAt} and
 * {@code keepTimeToLive} is given; with none the key never expires.
 *
 * @param key the key
 * @param value the bytes to write
 * @param condition when to write
 * @param timeToLive the time from now until the key expires, in milliseconds' precision
 * @param expireAt when the key expires, in milliseconds' precision
 * @param keepTimeToLive whether a key that exists keeps the time to live that it has
 * @param type the type of the event that the write causes, for the change log
 * @param batch the batch that the write is part of, {@code null} for none, for the change
 * log
 */
public record StoreWrite(String key, byte[] value, Condition condition, @Nullable Duration timeToLive,
		@Nullable Instant expireAt, boolean keepTimeToLive, KvEventType type, @Nullable KvBatch batch) {

	/**
	 * The write of one key.
	 * @param key the key
	 * @param value the bytes to write
	 * @param condition when to write
	 * @param timeToLive the time from now until the key expires
	 * @param expireAt when the key expires
	 * @param keepTimeToLive whether a key that exists keeps its time to live
	 */
	public StoreWrite(String key, byte[] value, Condition condition, @Nullable Duration timeToLive,
			@Nullable Instant expireAt, boolean keepTimeToLive) {
		this(key, value, condition, timeToLive, expireAt, keepTimeToLive, KvEventType.SET, null);
	}

	/**
	 * A write without condition, of a key that never expires.
	 * @param key the key
	 * @param value the bytes to write
	 */
	public StoreWrite(String key, byte[] value) {
		this(key, value, Condition.ALWAYS, null, null, false);
	}

	/**
	 * The same write as an event of another type.
	 * @param type the type
	 * @return the write
	 */
	public StoreWrite as(KvEventType type) {
		return new StoreWrite(this.key, this.value, this.condition, this.timeToLive, this.expireAt, this.keepTimeToLive,
				type, this.batch);
	}

	/**
	 * The same write as part of a batch.
	 * @param batch the batch and the index of this write in it
	 * @return the write
	 */
	public StoreWrite in(KvBatch batch) {
		return new StoreWrite(this.key, this.value, this.condition, this.timeToLive, this.expireAt, this.keepTimeToLive,
				KvEventType.BATCH_SET, batch);
	}

	/**
	 * When to write.
	 */
	public enum Condition {

		/**
		 * Unconditionally.
		 */
		ALWAYS,

		/**
		 * Only if the key is absent.
		 */
		IF_ABSENT,

		/**
		 * Only if the key exists.
		 */
		IF_PRESENT

	}

}
