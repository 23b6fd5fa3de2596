package io.github.kvevents.watch;

import java.time.Clock;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.store.memory.MemoryKvStore;

/**
 * Watches without a change log, on the in-memory back end.
 */
class LocalWatchOnMemoryTests extends LocalWatchContractTests {

	private final MemoryKvStore store = new MemoryKvStore();

	@Override
	WatchInstance createInstance() {
		return new WatchInstance(this.store, (store, dispatcher) -> new KvWatches(store, dispatcher, new PlainKvCodec(),
				WatchInstance.ORIGIN, Clock.systemUTC()));
	}

}
