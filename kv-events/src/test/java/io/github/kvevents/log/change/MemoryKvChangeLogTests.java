package io.github.kvevents.log.change;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * The change log in memory.
 */
class MemoryKvChangeLogTests extends KvChangeLogContractTests {

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(new Namespace("read", 3), "reader-1", 5000, Duration.ofHours(3)));

	@BeforeEach
	void startStore() {
		this.store.start();
	}

	@AfterEach
	void stopStore() {
		this.store.stop();
	}

	@Override
	KvStore store() {
		return this.store;
	}

	@Override
	ChangeLogStore changes() {
		return this.store.getChangeLog();
	}

}
