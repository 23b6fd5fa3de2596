package io.github.kvevents.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvPosition;

/**
 * Stores keys and values. Keys are those of the application: a back end that adds a
 * prefix removes it again. Arguments have been validated. Failures are Spring's
 * {@code DataAccessException}s. Used by many threads at once. Byte arrays are passed
 * without a copy and must not be changed afterwards.
 */
public interface KvStore {

	/**
	 * The name of the back end, for meters and health details.
	 * @return for example {@code redis}
	 */
	String getName();

	/**
	 * Writes one key, in one round trip.
	 * @param write what to write
	 * @return the outcome
	 */
	StoreOutcome set(StoreWrite write);

	/**
	 * Writes many keys, without a round trip for each. Not atomic as a whole.
	 * @param writes what to write, in order; a key may occur more than once
	 * @return an outcome for each write, in the same order; a write that failed has an
	 * outcome that says so, and then {@link StoreBatch#failure()} is set
	 */
	StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes);

	/**
	 * Reads one key.
	 * @param key the key
	 * @return its value, or {@code null} if it is absent
	 */
	byte @Nullable [] get(String key);

	/**
	 * Reads many keys, without a round trip for each.
	 * @param keys the keys
	 * @return an element for each key in the same order: empty if it is absent or holds
	 * another type than a string
	 */
	List<Optional<byte[]>> getAll(Collection<String> keys);

	/**
	 * Removes one key, in one round trip.
	 * @param key the key
	 * @return whether it existed, and its last value
	 */
	StoreOutcome delete(String key);

	/**
	 * Removes many keys, without a round trip for each. Not atomic as a whole.
	 * @param deletes the keys, in order; a key may occur more than once
	 * @return an outcome for each key, in the same order; not applied where it was absent
	 * or could not be removed; in the latter case {@link StoreBatch#failure()} is set
	 */
	StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes);

	/**
	 * Replaces a value if it equals the expected one, in one round trip. The key's time
	 * to live stays.
	 * @param key the key
	 * @param expected the value it must have, {@code null} if it must be absent
	 * @param value the value to write, {@code null} to remove the key
	 * @return applied if the key held the expected value and now holds the new one
	 */
	StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value);

	/**
	 * Whether a key exists, of any type.
	 * @param key the key
	 * @return whether it exists
	 */
	boolean exists(String key);

	/**
	 * The remaining time to live of a key.
	 * @param key the key
	 * @return the time, or {@code null} if it is absent or never expires
	 */
	@Nullable Duration getTimeToLive(String key);

	/**
	 * Gives a key a time to live.
	 * @param key the key
	 * @param timeToLive the time from now, in milliseconds' precision
	 * @return whether the key exists
	 */
	boolean expire(String key, Duration timeToLive);

	/**
	 * Removes the time to live of a key.
	 * @param key the key
	 * @return whether the key exists and had one
	 */
	boolean persist(String key);

	/**
	 * The keys that begin with a prefix, read as the stream is consumed.
	 * @param prefix the prefix, taken literally; empty for all
	 * @return the keys, each once, in no order; to be closed
	 */
	Stream<String> keys(String prefix);

	/**
	 * Checks that the back end answers; throws the exceptions of an operation.
	 * @return a few facts about it, for the health contributor
	 */
	Map<String, Object> ping();

	/**
	 * Whether changes carry the {@linkplain WriteHeaders headers} of their operation to
	 * readers of the change log or of expiries, now. Called for each write that is
	 * traced, so it must be quick.
	 * @return by default {@code false}
	 */
	default boolean carriesHeaders() {
		return false;
	}

	/**
	 * A view of the same keys that reads from the primary. Decisions are based on it:
	 * replicas, from which the other methods may read, can lag.
	 * @return a view whose reads see all confirmed writes; by default this store
	 */
	default KvStore primary() {
		return this;
	}

	/**
	 * The outcome of a batch. Some writes of a batch may fail: the caller publishes those
	 * that were applied, then throws the failure.
	 *
	 * @param results a result for each element that was passed, in the same order
	 * @param failure the first failure, or {@code null} if there was none
	 * @param <T> the type of a result
	 */
	record StoreBatch<T>(List<T> results, @Nullable RuntimeException failure) {
	}

	/**
	 * The removal of one key among many.
	 *
	 * @param key the key
	 * @param batch the batch that the removal is part of, {@code null} for none, for the
	 * change log
	 */
	record StoreDelete(String key, @Nullable KvBatch batch) {

		/**
		 * A removal that is part of no batch.
		 * @param key the key
		 */
		public StoreDelete(String key) {
			this(key, null);
		}

	}

	/**
	 * The outcome of a write or a removal.
	 *
	 * @param applied whether the value was written or the key removed; {@code false} if
	 * the condition didn't hold, the key to remove was absent, or the operation failed
	 * @param previousValue the previous value, {@code null} if the key was absent
	 * @param position the position of the change in the change log, {@code null} without
	 * a log, or if nothing changed
	 */
	record StoreOutcome(boolean applied, byte @Nullable [] previousValue, @Nullable KvPosition position) {

		/**
		 * An outcome without a position in the change log.
		 * @param applied whether it was applied
		 * @param previousValue the previous value
		 */
		public StoreOutcome(boolean applied, byte @Nullable [] previousValue) {
			this(applied, previousValue, null);
		}

	}

}
