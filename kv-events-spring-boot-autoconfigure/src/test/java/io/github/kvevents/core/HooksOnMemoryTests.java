package io.github.kvevents.core;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.memory.MemoryKvStore;

/**
 * Hooks on the in-memory back end.
 */
class HooksOnMemoryTests extends HooksOnBackEndContractTests {

	@Override
	KvStore createStore() {
		return new MemoryKvStore();
	}

}
