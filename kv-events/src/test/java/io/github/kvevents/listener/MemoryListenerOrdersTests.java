package io.github.kvevents.listener;

import java.util.HashMap;
import java.util.Map;

/**
 * Orders to listeners whose checkpoints are in memory.
 */
class MemoryListenerOrdersTests extends ListenerOrdersContractTests {

	private final Map<Integer, ListeningInstance.Shared> shared = new HashMap<>();

	@Override
	ListeningInstance createInstance(String id, int partitions) {
		return this.shared.computeIfAbsent(partitions, ListeningInstance::shareMemory).createInstance(id);
	}

}
