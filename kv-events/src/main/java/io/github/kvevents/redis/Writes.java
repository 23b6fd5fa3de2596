package io.github.kvevents.redis;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Operations that change keys, as {@link io.github.kvevents.store.KvStore} describes
 * them.
 */
interface Writes {

	StoreOutcome set(StoreWrite write);

	StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes);

	StoreOutcome delete(String key);

	StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes);

	StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value);

	boolean expire(String key, long timeToLiveMillis);

	boolean persist(String key);

}
