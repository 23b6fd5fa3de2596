package io.github.kvevents.watch;

import io.github.kvevents.memory.MemoryKvStore;

/**
 * Watches without a change log, on the in-memory back end.
 */
class LocalWatchOnMemoryTests extends LocalWatchContractTests {

	private final MemoryKvStore store = new MemoryKvStore();

	@Override
	WatchInstance createInstance() {
		return new WatchInstance(this.store);
	}

}
