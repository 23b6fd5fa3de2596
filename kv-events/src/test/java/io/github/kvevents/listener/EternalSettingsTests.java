package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners whose times are the longest that can be said: nothing overflows.
 */
@Timeout(60)
class EternalSettingsTests {

	private static final Duration ETERNITY = Duration.ofSeconds(Long.MAX_VALUE);

	@Test
	void aListenerWithEternalTimesReceivesAndStops() throws Exception {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("eternal", 1), "one", 100, ETERNITY);
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), settings);
		store.start();
		CountDownLatch received = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		try (ListeningInstance instance = new ListeningInstance(store, store.getChangeLog(),
				new MemoryListenerStore(System::currentTimeMillis), new ListenerSettings(ETERNITY, ETERNITY),
				store::stop)) {
			KvSubscription subscription = instance.listen("audit", ListenerOptions.defaults(), (event) -> {
				received.countDown();
				released.await();
			});
			instance.template.set("k", "1");
			assertThat(received.await(20, TimeUnit.SECONDS)).isTrue();
			assertThat(instance.engine.oldestNeeded(0)).isNotNull();
			Thread closer = new Thread(subscription::close);
			closer.start();
			closer.join(200);
			assertThat(closer.isAlive()).isTrue();
			released.countDown();
			closer.join();
			subscription.remove();
			assertThat(subscription.getStats().failed()).isZero();
		}
	}

}
