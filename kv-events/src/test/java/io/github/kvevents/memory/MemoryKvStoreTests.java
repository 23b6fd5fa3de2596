package io.github.kvevents.memory;

import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStoreContractTests;

/**
 * Tests for {@link MemoryKvStore} that every back end passes.
 */
class MemoryKvStoreTests extends KvStoreContractTests {

	private final MemoryKvStore store = new MemoryKvStore();

	@Override
	protected KvStore store() {
		return this.store;
	}

}
