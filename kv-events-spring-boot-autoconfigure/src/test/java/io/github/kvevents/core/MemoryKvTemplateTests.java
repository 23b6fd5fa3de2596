package io.github.kvevents.core;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.memory.MemoryKvStore;

/**
 * Tests for {@link KvTemplate} in memory.
 */
class MemoryKvTemplateTests extends KvTemplateContractTests {

	@Override
	KvStore createStore() {
		return new MemoryKvStore();
	}

}
