package io.github.kvevents.listener;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How often a listener writes its checkpoint.
 */
class CheckpointPaceTests {

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(new Namespace("pace", 1), "one", 5000, Duration.ofHours(3)));

	private final KvTemplate template = KvTemplate.builder(this.store, new PlainKvCodec()).build();

	private final StoreChangeFeed feed = new StoreChangeFeed(this.store.getChangeLog());

	private final AtomicInteger checkpoints = new AtomicInteger();

	private final ListenerEngine engine = ListenerEngine
		.builder(this.store.getChangeLog(), this.feed, counted(new MemoryListenerStore(System::currentTimeMillis)),
				new PlainKvCodec())
		.build();

	private final Recorder recorder = new Recorder();

	private KvSubscription start() {
		this.feed.start();
		this.engine.start();
		KvSubscription subscription = this.engine.register("audit", ListenerOptions.defaults().batchSize(1000),
				this.recorder);
		receive(1);
		awaitCheckpoint(subscription);
		this.checkpoints.set(0);
		return subscription;
	}

	@AfterEach
	void tearDown() {
		this.engine.stop();
		this.feed.stop();
	}

	@Test
	void eventsThatComeOneByOneShareACheckpoint() {
		KvSubscription subscription = start();
		long start = System.nanoTime();
		receive(300);
		int written = this.checkpoints.get();
		long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
		// the tick writes what there is, too
		assertThat(written).isLessThanOrEqualTo((int) (millis / 20 + millis / 1000 + 3));
		awaitCheckpoint(subscription);
	}

	@Test
	void listenerThatStopsWritesWhatItHandled() {
		KvSubscription subscription = start();
		receive(50);
		this.engine.stop();
		assertThat(subscription.getStatus().lag()).isZero();
	}

	private void receive(int count) {
		for (int number = 0; number < count; number++) {
			int before = this.recorder.size();
			this.template.set("key", System.nanoTime() + "/" + number);
			await().pollInterval(Duration.ofNanos(100_000))
				.pollDelay(Duration.ZERO)
				.until(() -> this.recorder.size() > before);
		}
	}

	private void awaitCheckpoint(KvSubscription subscription) {
		await().until(() -> subscription.getStatus().lag() == 0);
	}

	private ListenerStore counted(ListenerStore store) {
		return (ListenerStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ListenerStore.class }, (proxy, method, arguments) -> {
					boolean writes = method.getName().equals("keep")
							&& Arrays.stream(arguments).anyMatch((argument) -> argument instanceof Checkpoint);
					this.checkpoints.addAndGet(writes ? 1 : 0);
					try {
						return method.invoke(store, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

}
