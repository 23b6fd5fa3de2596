package io.github.kvevents.listener;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners on a change log in memory.
 */
class MemoryListenerTests extends ListenerContractTests {

	@Override
	ListeningInstance createInstance(String id, int partitions, ListenerSettings settings) {
		return ListeningInstance.inMemory(id, partitions, settings);
	}

	@Test
	@Timeout(20)
	void listenersThatDoNotEndAreWaitedForAtTheSameTime() throws Exception {
		int count = 20;
		CountDownLatch asked = new CountDownLatch(count);
		CountDownLatch answer = new CountDownLatch(1);
		ListenerStore hangs = (ListenerStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ListenerStore.class }, (proxy, method, arguments) -> {
					asked.countDown();
					awaitWhateverComes(answer);
					throw new IllegalStateException("from the test");
				});
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("hanging", 1), "i", 100, Duration.ofHours(3));
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), settings);
		StoreChangeFeed feed = new StoreChangeFeed(store.getChangeLog());
		ListenerEngine engine = ListenerEngine.builder(store.getChangeLog(), feed, hangs, new PlainKvCodec())
			.settings(new ListenerSettings(Duration.ofSeconds(1), Duration.ofMillis(100)))
			.build();
		for (int id = 0; id < count; id++) {
			engine.register("listener-" + id, ListenerOptions.defaults(), (event) -> {
			});
		}
		engine.start();
		asked.await();
		try {
			engine.stop();
			assertThat(engine.all()).as("stopped, not closed").hasSize(count);
		}
		finally {
			answer.countDown();
		}
	}

	/**
	 * As a driver does that waits for a connection.
	 */
	private static void awaitWhateverComes(CountDownLatch latch) {
		boolean interrupted = false;
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
