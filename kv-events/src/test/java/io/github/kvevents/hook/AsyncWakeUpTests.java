package io.github.kvevents.hook;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookObservations.CallerContext;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.TaskBatch;
import io.github.kvevents.support.ThreadSlot;
import io.github.kvevents.support.WorkerPool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The threads that an event wakes for its asynchronous hooks: the writer wakes one, each
 * of these the next, and no hook waits for another one.
 */
@Timeout(120)
class AsyncWakeUpTests {

	private static final int HOOKS = 10;

	private static final int LONG_SECONDS = 30;

	private final CountDownLatch gate = new CountDownLatch(1);

	private final AtomicInteger running = new AtomicInteger();

	private HookEngine engine = HookEngine.builder().build();

	@AfterEach
	void stop() {
		this.gate.countDown();
		this.engine.stop();
	}

	@Test
	void writerStartsOneThreadForAllHooksOfAnEvent() {
		Thread writer = Thread.currentThread();
		AtomicInteger startedByWriter = new AtomicInteger();
		start(HookEngine.builder().threadFactory((worker) -> new Thread(worker, "wake-up-test") {

			{
				setDaemon(true);
			}

			@Override
			public synchronized void start() {
				int before = AsyncWakeUpTests.this.running.get();
				startedByWriter.addAndGet((Thread.currentThread() == writer) ? 1 : 0);
				super.start();
				// it is on its way for no longer, so the next task may need another one
				await().until(() -> AsyncWakeUpTests.this.running.get() > before);
			}

		}));
		for (int hook = 0; hook < HOOKS; hook++) {
			register(this::hang);
		}
		set("key");
		await().until(() -> this.running.get() == HOOKS);
		assertThat(startedByWriter).hasValue(1);
	}

	@Test
	void hooksOfOneEventThatHangRunAtOnceAndDelayNoOther() {
		start(HookEngine.builder());
		for (int hook = 0; hook < HOOKS; hook++) {
			register(this::hang);
		}
		AtomicInteger calls = new AtomicInteger();
		register((event) -> calls.incrementAndGet());
		set("key");
		await().until(() -> this.running.get() == HOOKS && calls.get() == 1);
		set("other");
		// each has four threads
		await().until(() -> this.running.get() == 2 * HOOKS && calls.get() == 2);
	}

	@Test
	void hooksOfOneEventCanWaitForEachOther() throws Exception {
		start(HookEngine.builder());
		CyclicBarrier barrier = new CyclicBarrier(HOOKS + 1);
		for (int hook = 0; hook < HOOKS; hook++) {
			register((event) -> barrier.await(LONG_SECONDS, TimeUnit.SECONDS));
		}
		// threads that are new, idle, or about to be
		for (int write = 0; write < 500; write++) {
			set("key" + write);
			barrier.await(LONG_SECONDS, TimeUnit.SECONDS);
		}
		assertThat(barrier.isBroken()).isFalse();
	}

	/**
	 * What listens for drops may wait for a hook of the same event.
	 */
	@Test
	void hookStartsBeforeTheListenerForDropsOfTheSameEventIsCalled() throws Exception {
		CountDownLatch ran = new CountDownLatch(1);
		AtomicInteger inTime = new AtomicInteger();
		startDropping((id) -> inTime.addAndGet(awaits(ran) ? 1 : 0));
		KvHookRegistration first = register((event) -> ran.countDown());
		first.setEnabled(false);
		register(this::hang);
		set("a");
		await().until(() -> this.running.get() == 1);
		set("b");
		first.setEnabled(true);
		set("c");
		assertThat(inTime).hasValue(1);
	}

	@Test
	void listenerForDropsCanWaitForAHookOfItsOwnWrite() throws Exception {
		CountDownLatch ran = new CountDownLatch(1);
		AtomicInteger inTime = new AtomicInteger();
		startDropping((id) -> {
			set("of-the-listener");
			inTime.addAndGet(awaits(ran) ? 1 : 0);
		});
		KvHookOptions several = KvHookOptions.defaults().async().filter(KeyFilter.prefix("several"));
		this.engine.getRegistry().register(several, this::hang);
		this.engine.getRegistry().register(several, this::hang);
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().async().filter(KeyFilter.prefix("of-the-listener")),
					(event) -> ran.countDown());
		set("several:1");
		await().until(() -> this.running.get() == 2);
		set("several:2");
		set("several:3");
		assertThat(inTime).hasValue(2);
	}

	/**
	 * A reader of the log that waits for room may have taken over what another thread
	 * left, and be the one that starts the worker for it.
	 */
	@Test
	void workerThatTheWaitingThreadStartsIsNotKept() {
		AtomicBoolean taken = new AtomicBoolean(true);
		AtomicInteger handled = new AtomicInteger();
		WorkerPool pool = new WorkerPool(1, new DaemonThreads("wake-up-test-"));
		HookQueue queue = new HookQueue(HookSettings.defaults().concurrency(1).queueCapacity(1), pool, () -> true,
				new HookQueue.Handler() {

					@Override
					public void run(QueuedEvent item) {
						handled.incrementAndGet();
					}

					@Override
					public void dropped(QueuedEvent item) {
						throw new AssertionError("dropped");
					}

				}, new QueueLock() {

					@Override
					boolean tryAcquire() {
						return !taken.get() && super.tryAcquire();
					}

				});
		TaskBatch batch = TaskBatch.open(ThreadSlot.here(), 2);
		try {
			queue.offerWaiting(queued("a"));
			taken.set(false);
			queue.offerWaiting(queued("b"));
		}
		finally {
			TaskBatch.close(batch);
		}
		await().until(() -> handled.get() == 2);
	}

	private static QueuedEvent queued(String key) {
		return new QueuedEvent(event(key), CallerContext.capture(ObservationRegistry.NOOP), DispatchContext.current(),
				null);
	}

	@Test
	void hookRunsWhileTheReaderOfTheLogWaitsForTheNextOne() {
		start(HookEngine.builder().changeLog(true).settings(HookSettings.defaults().queueCapacity(1).concurrency(1)));
		CountDownLatch ran = new CountDownLatch(1);
		AtomicInteger inTime = new AtomicInteger();
		KvHookOptions options = KvHookOptions.defaults().async().scope(KvHookScope.EVERY_INSTANCE);
		KvHookRegistration first = this.engine.getRegistry().register(options, (event) -> ran.countDown());
		first.setEnabled(false);
		this.engine.getRegistry().register(options, (event) -> {
			this.running.incrementAndGet();
			inTime.addAndGet(awaits(ran) ? 1 : 0);
		});
		this.engine.deliverToEveryInstance(event("a"));
		await().until(() -> this.running.get() == 1);
		this.engine.deliverToEveryInstance(event("b"));
		first.setEnabled(true);
		this.engine.deliverToEveryInstance(event("c"));
		await().until(() -> this.running.get() == 3);
		assertThat(inTime.get()).isGreaterThanOrEqualTo(1);
		await().until(() -> inTime.get() == 3);
	}

	/**
	 * Starts an engine whose hooks have room for one event beside the one they handle.
	 */
	private void startDropping(Consumer<String> dropListener) {
		start(HookEngine.builder()
			.settings(HookSettings.defaults().overflow(KvOverflow.DROP_NEWEST).queueCapacity(1).concurrency(1))
			.dropListener(dropListener));
	}

	private void start(HookEngineBuilder builder) {
		this.engine = builder.build();
		this.engine.start();
	}

	private KvHookRegistration register(KvHookCallback callback) {
		return this.engine.getRegistry().register(KvHookOptions.defaults().async(), callback);
	}

	private void set(String key) {
		KvEvent event = event(key);
		this.engine.getDispatcher().dispatch(KvEventType.SET, key, (events) -> events.accept(event));
	}

	private static KvEvent event(String key) {
		return KvEventBuilder.forKey(AsyncWakeUpTests.class, key, new PlainKvCodec())
			.value(new byte[] { 1 })
			.set(KvEventType.SET);
	}

	private void hang(KvEvent event) throws InterruptedException {
		this.running.incrementAndGet();
		this.gate.await();
	}

	private static boolean awaits(CountDownLatch latch) {
		try {
			return latch.await(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

}
