package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStoreContractTests;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;

/**
 * The contract of change logs, for the one in memory.
 */
class MemoryChangeLogStoreTests {

	@Nested
	class OnePartition extends Contract {

		OnePartition() {
			super(Namespace.of("logged"));
		}

	}

	@Nested
	class FourPartitions extends Contract {

		FourPartitions() {
			super(new Namespace("logged", 4));
		}

	}

	abstract static class Contract extends ChangeLogStoreContractTests {

		private final MemoryKvStore store;

		Contract(Namespace namespace) {
			this.store = new MemoryKvStore(Clock.systemUTC(),
					new ChangeLogSettings(namespace, "instance one", 60_000, Duration.ofHours(2)));
		}

		@BeforeEach
		void start() {
			this.store.start();
		}

		@AfterEach
		void stop() {
			this.store.stop();
		}

		@Override
		protected KvStore store() {
			return this.store;
		}

		@Override
		protected ChangeLogStore log() {
			return this.store.getChangeLog();
		}

	}

}
