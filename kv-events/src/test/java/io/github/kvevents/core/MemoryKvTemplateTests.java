package io.github.kvevents.core;

import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.KvStore;

/**
 * Tests for {@link KvTemplate} in memory.
 */
class MemoryKvTemplateTests extends KvTemplateContractTests {

	@Override
	KvStore createStore() {
		return new MemoryKvStore();
	}

}
