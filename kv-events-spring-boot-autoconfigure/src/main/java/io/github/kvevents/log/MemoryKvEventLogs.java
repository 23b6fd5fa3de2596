package io.github.kvevents.log;

import java.time.Clock;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;

/**
 * Event logs in the memory of this process, for tests and for applications that keep
 * their data there. They behave as those in Redis do, and end with the process.
 */
public final class MemoryKvEventLogs extends ManagedEventLogs {

	/**
	 * Creates event logs without any log.
	 * @param codec encodes and decodes the values of fields
	 * @param clock gives ids their time and ends times to live
	 */
	public MemoryKvEventLogs(KvCodec codec, Clock clock) {
		super(store(clock), codec);
	}

	private static EventLogStore store(Clock clock) {
		Assert.notNull(clock, "'clock' must not be null");
		return new MemoryEventLogStore(clock);
	}

}
