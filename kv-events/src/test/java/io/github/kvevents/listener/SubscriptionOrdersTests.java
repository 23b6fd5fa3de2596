package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.MockSettings;
import org.mockito.stubbing.Answer;

import io.github.kvevents.KvPosition;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * What several threads do with a listener at the same time: orders, removals, restarts.
 */
@Timeout(60)
class SubscriptionOrdersTests {

	private final MemoryKvStore memory = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(new Namespace("orders", 1), "one", 1000, Duration.ofHours(3)));

	private final AtomicLong millis = new AtomicLong(1_000_000);

	private final MemoryListenerStore stores = new MemoryListenerStore(this.millis::get);

	/**
	 * What calls of a method do instead, by its name. No stubbing of mocks: calls of
	 * other threads would come in between.
	 */
	private final Map<String, Answer<Object>> instead = new ConcurrentHashMap<>();

	private final ListenerStore store = mock(ListenerStore.class, answering(this.stores));

	private final ChangeLogStore log = mock(ChangeLogStore.class, answering(this.memory.getChangeLog()));

	private final ListeningInstance instance = new ListeningInstance(this.memory, this.log, this.store,
			new ListenerSettings(Duration.ofMinutes(7), Duration.ofMillis(20)), () -> {
			});

	/** When the call that a test holds up has come, and when it may continue. */
	private final CountDownLatch come = new CountDownLatch(1);

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final CountDownLatch readOn = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.goOn.countDown();
		this.readOn.countDown();
		this.instance.close();
	}

	@Test
	void removedTwiceAtATimeWhatIsRegisteredAgainStays() {
		KvSubscription removed = register();
		List<KvSubscription> again = new ArrayList<>();
		AtomicReference<ListenerStatus> status = new AtomicReference<>();
		// as another thread does before the first one has removed it
		this.instance.engine.onRemoval((id) -> {
			removed.remove();
			again.add(register());
			await().until(() -> again.get(0).getState() == SubscriptionState.RUNNING);
			status.set(again.get(0).getStatus());
		});
		removed.remove();
		assertThat(again).singleElement().satisfies((one) -> assertThat(one.getStatus()).isEqualTo(status.get()));
	}

	@Test
	void removedTwiceAtATimeNobodyHasIt() throws Exception {
		KvSubscription removed = register();
		Thread other = new Thread(removed::remove);
		this.instead.put("join", heldUp(other));
		other.start();
		this.come.await();
		Thread removing = new Thread(removed::remove);
		removing.start();
		await().until(() -> !removing.isAlive() || removing.getState() == Thread.State.BLOCKED);
		this.goOn.countDown();
		other.join();
		removing.join();
		assertThat(this.stores.join("audit", "another", Duration.ofMinutes(1), null, false).ids())
			.containsExactly("another");
	}

	@Test
	void nothingIsWrittenBehindARemoval() throws Exception {
		KvSubscription removed = register();
		this.instance.engine.stop();
		FutureTask<Void> pause = new FutureTask<>(removed::pause, null);
		Thread pausing = new Thread(pause);
		this.instead.put("setPaused", heldUp(pausing));
		pausing.start();
		this.come.await();
		Thread removing = new Thread(removed::remove);
		removing.start();
		await().until(() -> !removing.isAlive() || removing.getState() == Thread.State.BLOCKED);
		this.goOn.countDown();
		pause.get();
		removing.join();
		assertThat(register().getStatus().partitions()).as("begins anew").noneMatch(ListenerStatus.Partition::paused);
	}

	@Test
	void pausesWhatIsStartedMeanwhile() throws Exception {
		KvSubscription subscription = register();
		this.instance.engine.stop();
		FutureTask<Void> pause = new FutureTask<>(subscription::pause, null);
		Thread pausing = new Thread(pause);
		this.instead.put("setPaused", heldUp(pausing));
		CountDownLatch reads = holdReads();
		pausing.start();
		this.come.await();
		this.instance.engine.start();
		reads.await();
		this.goOn.countDown();
		pause.get();
		assertThat(subscription.getState()).isEqualTo(SubscriptionState.PAUSED);
	}

	@Test
	void checkpointIsOneForWhatIsStartedMeanwhile() throws Exception {
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		KvSubscription subscription = this.instance.listen("audit", ListenerOptions.defaults(),
				(event) -> handled.add(event.getKey()));
		await().until(() -> subscription.getState() == SubscriptionState.RUNNING);
		this.instance.engine.stop();
		this.instance.template.set("done", "x");
		KvPosition done = this.memory.getChangeLog().getState(0).last();
		FutureTask<Void> checkpoint = new FutureTask<>(() -> subscription.checkpoint(done), null);
		Thread thread = new Thread(checkpoint);
		this.instead.put("move", heldUp(thread));
		CountDownLatch reads = holdReads();
		thread.start();
		this.come.await();
		this.instance.engine.start();
		reads.await();
		this.goOn.countDown();
		checkpoint.get();
		this.readOn.countDown();
		this.instance.template.set("next", "x");
		await().until(() -> handled.contains("next"));
		assertThat(handled).containsExactly("next");
	}

	@Test
	void removedByAnotherInstanceItIsNotStartedAnyMore() throws Exception {
		KvSubscription removed = register();
		await().until(() -> removed.getState() == SubscriptionState.RUNNING);
		// as a start of the application does that comes first
		this.instance.engine.onRemoval((id) -> ((Subscription) removed).start());
		removeElsewhere();
		await().until(() -> this.instance.engine.find("audit").isEmpty());
		assertThat(removed.getState()).isEqualTo(SubscriptionState.STOPPED);
	}

	@Test
	void removedByAnotherInstanceBeforeARestartItEnds() throws Exception {
		KvSubscription removed = register();
		await().until(() -> removed.getState() == SubscriptionState.RUNNING);
		this.instead.put("leave", (call) -> {
			this.instead.remove("leave");
			this.come.countDown();
			awaitIgnoringInterrupts(this.goOn);
			return null;
		});
		removeElsewhere();
		this.come.await();
		this.instance.engine.stop();
		this.instance.engine.start();
		this.goOn.countDown();
		await().until(() -> this.instance.engine.find("audit").isEmpty());
		await().until(() -> removed.getState() == SubscriptionState.STOPPED);
		assertThat(((Subscription) removed).running()).isNull();
	}

	private KvSubscription register() {
		return this.instance.listen("audit", ListenerOptions.defaults(), (event) -> {
		});
	}

	/**
	 * Holds up what reads the log until the test lets it.
	 * @return counted down once it does
	 */
	private CountDownLatch holdReads() {
		CountDownLatch reads = new CountDownLatch(1);
		this.instead.put("readOn", (call) -> {
			// where it opens a partition it reads a single entry
			if (call.<Integer>getArgument(1) > 0) {
				reads.countDown();
				this.readOn.await();
			}
			return call.getMethod().invoke(this.memory.getChangeLog(), call.getArguments());
		});
		return reads;
	}

	private MockSettings answering(Object target) {
		Answer<Object> otherwise = delegatesTo(target);
		return withSettings().stubOnly()
			.defaultAnswer((call) -> this.instead.getOrDefault(call.getMethod().getName(), otherwise).answer(call));
	}

	private void removeElsewhere() {
		this.millis.incrementAndGet();
		this.stores.remove(0, "audit", Duration.ofMinutes(1));
	}

	/**
	 * Calls the store, a thread not before the test lets it.
	 */
	private Answer<Object> heldUp(Thread thread) {
		return (call) -> {
			if (Thread.currentThread() == thread) {
				this.come.countDown();
				this.goOn.await();
			}
			return call.getMethod().invoke(this.stores, call.getArguments());
		};
	}

	private static void awaitIgnoringInterrupts(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				Thread.onSpinWait();
			}
		}
	}

}
