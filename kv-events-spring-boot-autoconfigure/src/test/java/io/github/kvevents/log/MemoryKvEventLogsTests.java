package io.github.kvevents.log;

import java.time.Clock;

/**
 * Tests for {@link StoreKvEventLogs}.
 */
class MemoryKvEventLogsTests extends KvEventLogsContractTests {

	@Override
	StoreKvEventLogs create() {
		return new StoreKvEventLogs(new MemoryEventLogStore(Clock.systemUTC()), CODEC);
	}

}
