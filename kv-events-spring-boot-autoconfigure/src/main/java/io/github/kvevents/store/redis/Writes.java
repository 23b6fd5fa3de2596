package io.github.kvevents.store.redis;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * The ways to change keys, as {@link io.github.kvevents.store.KvStore} describes them.
 */
interface Writes {

	StoreOutcome set(StoreWrite write);

	StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes);

	byte @Nullable [] delete(String key);

	StoreBatch<Optional<byte[]>> deleteAll(List<String> keys);

	boolean compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value);

	boolean expire(String key, long timeToLiveMillis);

	boolean persist(String key);

}
