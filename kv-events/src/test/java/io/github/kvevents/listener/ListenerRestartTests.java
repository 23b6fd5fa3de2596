package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvEvent;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A listener that begins again while a handler of it, which ignored an interrupt, is
 * still busy: for as long as its lease, nothing behind that event is handled.
 */
@Timeout(120)
class ListenerRestartTests {

	/** None ends in a test. */
	private static final ListenerSettings SETTINGS = new ListenerSettings(Duration.ofMinutes(7), Duration.ofMillis(20));

	private final ListeningInstance instance = start();

	private final CountDownLatch inHandler = new CountDownLatch(1);

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final AtomicInteger busy = new AtomicInteger();

	private final AtomicInteger mostBusy = new AtomicInteger();

	private final Semaphore received = new Semaphore(0);

	private static ListeningInstance start() {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("again", 1), "i", 3000, Duration.ofHours(3));
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), settings);
		store.start();
		return new ListeningInstance(store, store.getChangeLog(), new MemoryListenerStore(System::currentTimeMillis),
				SETTINGS, store::stop);
	}

	@AfterEach
	void close() {
		this.goOn.countDown();
		this.instance.close();
	}

	@Test
	void anotherRestartStartsNothingEither() throws Exception {
		begin();
		for (int time = 0; time < 3; time++) {
			this.instance.engine.stop();
			this.instance.engine.start();
		}
		assertHandledOneByOne();
	}

	@Test
	void oneThatWasClosedAndIsRegisteredAgainStartsNothing() throws Exception {
		KvSubscription subscription = begin();
		subscription.close();
		register();
		assertHandledOneByOne();
	}

	@Test
	void oneThatReplacesItselfFromItsHandlerContinues() throws Exception {
		this.goOn.countDown();
		ListenerOptions latest = ListenerOptions.defaults().startAt(StartAt.LATEST);
		Semaphore replaced = new Semaphore(0);
		this.instance.listen("audit", latest, (event) -> {
			this.instance.engine.find("audit").orElseThrow().close();
			long start = System.nanoTime();
			this.instance.engine.register("audit", latest, this::handle);
			if (System.nanoTime() - start < ListenerEngine.BEGIN.toNanos()) {
				replaced.release();
			}
		});
		write(2);
		assertThat(replaced.tryAcquire(60, TimeUnit.SECONDS)).as("doesn't wait for itself").isTrue();
		assertThat(this.received.tryAcquire(1, 60, TimeUnit.SECONDS)).isTrue();
	}

	private KvSubscription begin() throws InterruptedException {
		KvSubscription subscription = register();
		write(2);
		this.inHandler.await();
		return subscription;
	}

	private KvSubscription register() {
		return this.instance.listen("audit", ListenerOptions.defaults(), this::handle);
	}

	private void write(int count) {
		for (int number = 0; number < count; number++) {
			this.instance.template.set("k", String.valueOf(number));
		}
	}

	private void handle(KvEvent event) {
		this.mostBusy.accumulateAndGet(this.busy.incrementAndGet(), Math::max);
		this.inHandler.countDown();
		while (this.goOn.getCount() > 0) {
			try {
				this.goOn.await();
			}
			catch (InterruptedException ex) {
				Thread.onSpinWait();
			}
		}
		this.busy.decrementAndGet();
		this.received.release();
	}

	private void assertHandledOneByOne() throws InterruptedException {
		Semaphore others = new Semaphore(0);
		this.instance.listen("other", ListenerOptions.defaults(), (event) -> others.release());
		assertThat(others.tryAcquire(2, 60, TimeUnit.SECONDS)).as("others continue").isTrue();
		this.goOn.countDown();
		assertThat(this.received.tryAcquire(3, 60, TimeUnit.SECONDS)).isTrue();
		assertThat(this.mostBusy).as("at a time").hasValue(1);
	}

}
