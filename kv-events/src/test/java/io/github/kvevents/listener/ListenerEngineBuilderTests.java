package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ListenerEngineBuilder}.
 */
@Timeout(60)
class ListenerEngineBuilderTests {

	private final ChangeLogSettings log = new ChangeLogSettings(new Namespace("built", 1), "i", 3, Duration.ofHours(3));

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), this.log);

	private final ListenerStore listenerStore = new MemoryListenerStore(System::currentTimeMillis);

	private final List<LogGapEvent> gaps = new CopyOnWriteArrayList<>();

	private final List<LogGapEvent> gapsLater = new CopyOnWriteArrayList<>();

	private final AtomicBoolean interrupted = new AtomicBoolean();

	@Test
	void engineKeepsWhatItWasBuiltWith() throws Exception {
		KvTemplate template = KvTemplate.builder(this.store, new PlainKvCodec()).build();
		StoreChangeFeed feed = new StoreChangeFeed(this.store.getChangeLog());
		ListenerEngineBuilder builder = ListenerEngine
			.builder(this.store.getChangeLog(), feed, this.listenerStore, new PlainKvCodec())
			.instanceId("one")
			.settings(ListenerSettings.defaults().shutdownTimeout(Duration.ofSeconds(30)))
			.gapPublisher(this.gaps::add);
		ListenerEngine engine = builder.build();
		builder.instanceId("two")
			.settings(ListenerSettings.defaults().shutdownTimeout(Duration.ZERO))
			.gapPublisher(this.gapsLater::add);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		feed.start();
		engine.start();
		try {
			KvSubscription subscription = engine.register("audit", ListenerOptions.defaults().batchSize(1),
					(event) -> handle(begun, release));
			template.set("k", "0");
			begun.await();
			for (int number = 1; number < 50; number++) {
				template.set("k", String.valueOf(number));
			}
			assertThat(this.listenerStore.status(0, "audit").owner()).isEqualTo("one");
			Thread stop = new Thread(engine::stop);
			stop.start();
			await().until(() -> !engine.isRunning());
			stop.join(300);
			assertThat(stop.isAlive()).as("waits for the handler").isTrue();
			release.countDown();
			stop.join();
			assertThat(this.interrupted).isFalse();
			engine.start();
			await().until(() -> subscription.getStats().gaps() > 0 && !this.gaps.isEmpty());
			assertThat(this.gapsLater).isEmpty();
		}
		finally {
			release.countDown();
			engine.stop();
			feed.stop();
		}
	}

	/**
	 * As where the start of an application fails.
	 */
	@Test
	void listenerThatWasNotStartedClosesAtOnce() {
		ListenerEngine engine = ListenerEngine
			.builder(this.store.getChangeLog(), new StoreChangeFeed(this.store.getChangeLog()), this.listenerStore,
					new PlainKvCodec())
			.settings(ListenerSettings.defaults().shutdownTimeout(Duration.ofMinutes(1)))
			.build();
		KvSubscription subscription = engine.register("audit", ListenerOptions.defaults(), (event) -> {
		});
		engine.register("other", ListenerOptions.defaults(), (event) -> {
		});
		assertThat(CompletableFuture.runAsync(subscription::close)).succeedsWithin(Duration.ofSeconds(30));
		assertThat(CompletableFuture.runAsync(engine::stop)).succeedsWithin(Duration.ofSeconds(30));
	}

	private void handle(CountDownLatch begun, CountDownLatch release) {
		begun.countDown();
		try {
			release.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			this.interrupted.set(true);
		}
	}

}
