package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.Map;

import io.github.kvevents.core.KvTemplate;

/**
 * An application that is stopped and started again, with its store in memory.
 */
class StopAndStartInMemoryTests extends StopAndStartContractTests {

	@Override
	Map<String, Object> properties() {
		return Map.of("kv.events.store", "memory");
	}

	@Override
	void assertReceivesExpiryOf(String key, List<String> expired) {
		// there are no other clients
	}

	@Override
	void write(KvTemplate stopped, String key, String value) {
		stopped.set(key, value);
	}

}
