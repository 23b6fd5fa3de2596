package io.github.kvevents.core;

import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Hooks on the in-memory back end.
 */
class HooksOnMemoryTests extends HooksOnBackEndContractTests {

	@Override
	KvStore createStore() {
		return new MemoryKvStore();
	}

}
