package io.github.kvevents.listener;

/**
 * Listeners on a change log in memory.
 */
class MemoryListenerTests extends ListenerContractTests {

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return ListeningInstance.inMemory(id, partitions);
	}

}
