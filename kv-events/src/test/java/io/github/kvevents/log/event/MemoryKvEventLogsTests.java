package io.github.kvevents.log.event;

import java.time.Clock;

import io.github.kvevents.memory.MemoryEventLogStore;

/**
 * Tests for {@link StoreKvEventLogs}.
 */
class MemoryKvEventLogsTests extends KvEventLogsContractTests {

	@Override
	StoreKvEventLogs create() {
		return new StoreKvEventLogs(new MemoryEventLogStore(Clock.systemUTC()), CODEC);
	}

}
