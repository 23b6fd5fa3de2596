package io.github.kvevents.watch;

import java.time.Clock;
import java.time.Duration;

import io.github.kvevents.KvPosition;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * Watches of the change log, on the in-memory back end.
 */
class LoggedWatchOnMemoryTests extends WatchContractTests {

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(Namespace.of("watched"), WatchInstance.ORIGIN, 1_000_000, Duration.ofHours(3)));

	@Override
	WatchInstance createInstance() {
		return new WatchInstance(this.store, this.store.getChangeLog());
	}

}
