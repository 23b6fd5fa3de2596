package io.github.kvevents.log;

import java.time.Clock;

/**
 * Tests for {@link MemoryKvEventLogs}.
 */
class MemoryKvEventLogsTests extends KvEventLogsContractTests {

	@Override
	ManagedEventLogs create() {
		return new MemoryKvEventLogs(CODEC, Clock.systemUTC());
	}

}
