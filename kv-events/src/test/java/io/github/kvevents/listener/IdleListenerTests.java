package io.github.kvevents.listener;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a listener costs for which there is nothing: no thread, and no command for a write
 * that is for others.
 */
@Timeout(120)
class IdleListenerTests {

	private static final ListenerSettings SETTINGS = new ListenerSettings(Duration.ofMinutes(1), Duration.ofSeconds(3));

	private final AtomicInteger reads = new AtomicInteger();

	private final ListeningInstance instance = start();

	private ListeningInstance start() {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("idle", 1), "i", 100_000, Duration.ofHours(3));
		MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), settings);
		store.start();
		return new ListeningInstance(store, counting(store.getChangeLog()),
				new MemoryListenerStore(System::currentTimeMillis), SETTINGS, store::stop);
	}

	private ChangeLogStore counting(ChangeLogStore log) {
		return (ChangeLogStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ChangeLogStore.class }, (proxy, method, arguments) -> call(log, method, arguments));
	}

	private @Nullable Object call(ChangeLogStore log, Method method, Object[] arguments) throws Throwable {
		if (method.getName().equals("readOn")) {
			this.reads.incrementAndGet();
		}
		try {
			return method.invoke(log, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	@AfterEach
	void close() {
		this.instance.close();
	}

	@Test
	void writesForOthersAreNotReadOneByOne() throws Exception {
		Semaphore received = new Semaphore(0);
		this.instance.listen("concerned", ListenerOptions.defaults().filter(KeyFilter.prefix("mine:")),
				(event) -> received.release());
		int others = 30;
		for (int number = 0; number < others; number++) {
			this.instance.listen("other-" + number, ListenerOptions.defaults().filter(KeyFilter.prefix("o-" + number)),
					(event) -> {
					});
		}
		int before = this.reads.get();
		long start = System.nanoTime();
		int writes = 200;
		for (int number = 0; number < writes; number++) {
			this.instance.template.set("mine:1", "value-" + number);
			assertThat(received.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
		}
		int ticks = others * (int) (2 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
		// woken by each write they would have read some thousand times
		assertThat(this.reads.get() - before).isLessThan(4 * writes + 2 * ticks);
	}

	@Test
	void whatIsForOthersIsDoneWithBeforeLong() {
		KvSubscription subscription = this.instance.listen("other",
				ListenerOptions.defaults().filter(KeyFilter.prefix("mine:")), (event) -> {
				});
		for (int number = 0; number < 300; number++) {
			this.instance.template.set("theirs:" + number, "value");
		}
		await().until(() -> subscription.getStatus().partitions().get(0).lag() == 0);
	}

	@Test
	void aFilterOfTheApplicationIsAskedByItsListenerOnly() throws Exception {
		Set<String> threads = new ConcurrentSkipListSet<>();
		Semaphore received = new Semaphore(0);
		this.instance.listen("filters", ListenerOptions.defaults().filter((key) -> {
			threads.add(Thread.currentThread().getName().replaceAll("[0-9]+$", ""));
			return key.startsWith("mine:");
		}), (event) -> received.release());
		for (int number = 0; number < 20; number++) {
			this.instance.template.set("theirs:1", "value-" + number);
			this.instance.template.set("mine:1", "value-" + number);
			assertThat(received.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(threads).containsExactly("kv-listener-loop-");
	}

	@Test
	void hasNoThreadOfItsOwn() {
		for (int number = 0; number < 50; number++) {
			this.instance.listen("idle-" + number, ListenerOptions.defaults(), (event) -> {
			});
		}
		await().atMost(Duration.ofSeconds(100))
			.untilAsserted(() -> assertThat(threads()).as("for the turns of all").hasSizeLessThanOrEqualTo(3));
	}

	private static Set<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("kv-listener-"))
			.collect(Collectors.toSet());
	}

}
