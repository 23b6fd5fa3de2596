package io.github.kvevents.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.hook.KvHookOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a watch promises under racing writers.
 */
abstract class WatchRaceContractTests {

	private static final int RACED_ROUNDS = 1_000;

	/**
	 * So many that each partition has one.
	 */
	private static final int END_KEYS = 12;

	private static final String MANY = "many:";

	private static final int MANY_KEYS = 1_000;

	private final List<WatchInstance> instances = new ArrayList<>();

	final ExecutorService writers = Executors.newCachedThreadPool();

	/**
	 * A new instance on the store of this test.
	 */
	abstract WatchInstance createInstance();

	WatchInstance instance() {
		WatchInstance instance = createInstance();
		this.instances.add(instance);
		return instance;
	}

	@AfterEach
	void close() {
		this.writers.shutdownNow();
		this.instances.forEach(WatchInstance::close);
	}

	/**
	 * Two racing writers on one key: the last event of each watch and of an async hook is
	 * what is stored.
	 */
	@Test
	void theLastEventIsWhatIsStored() throws Exception {
		WatchInstance instance = instance();
		Map<String, String> hooked = new ConcurrentHashMap<>();
		instance.engine.getRegistry()
			.register(KvHookOptions.defaults().async(), (event) -> hooked.put(event.getKey(), value(event)));
		WatchOptions options = WatchOptions.prefix("raced:").bufferSize(2 * RACED_ROUNDS + END_KEYS);
		List<KvWatch> watches = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			watches.add(instance.watch((i % 2 == 0) ? options : options.initialReplay()));
		}
		CyclicBarrier barrier = new CyclicBarrier(2);
		List<Callable<@Nullable Void>> tasks = new ArrayList<>();
		for (String writer : List.of("a", "b")) {
			tasks.add(() -> {
				for (int round = 0; round < RACED_ROUNDS; round++) {
					barrier.await(20, TimeUnit.SECONDS);
					instance.template.set("raced:" + round, writer);
				}
				return null;
			});
		}
		runAll(tasks);
		Map<String, String> stored = stored(instance, "raced:");
		assertThat(stored).hasSize(RACED_ROUNDS);
		await().untilAsserted(() -> assertThat(hooked).isEqualTo(stored));
		writeEnd(instance.template, "raced:");
		for (KvWatch watch : watches) {
			Map<String, String> last = new HashMap<>();
			takeUntilEnd(watch, "raced:").forEach((event) -> last.put(event.getKey(), value(event)));
			assertThat(last).isEqualTo(stored);
		}
	}

	/**
	 * 60 keys, five rounds of writes, while watches with replay open.
	 */
	@Test
	void nothingIsMissingOrStaleWhenItOpensAmongWriters() throws Exception {
		WatchInstance instance = instance();
		for (int attempt = 0; attempt < 10; attempt++) {
			String prefix = "opened-" + attempt + ":";
			for (int key = 0; key < 60; key += 2) {
				instance.template.set(prefix + key, "0");
			}
			CountDownLatch begun = new CountDownLatch(10);
			List<Callable<@Nullable Void>> tasks = new ArrayList<>();
			for (int writer = 0; writer < 3; writer++) {
				int first = writer;
				tasks.add(() -> {
					for (int round = 1; round <= 5; round++) {
						for (int key = first; key < 60; key += 3) {
							instance.template.set(prefix + key, String.valueOf(round));
							begun.countDown();
						}
					}
					return null;
				});
			}
			List<Future<@Nullable Void>> running = tasks.stream().map(this.writers::submit).toList();
			begun.await();
			try (KvWatch watch = instance.watch(WatchOptions.prefix(prefix).initialReplay().bufferSize(400))) {
				for (Future<@Nullable Void> task : running) {
					task.get(20, TimeUnit.SECONDS);
				}
				writeEnd(instance.template, prefix);
				assertContinuous(takeUntilEnd(watch, prefix), 60);
			}
		}
	}

	/**
	 * Each key begins with CREATED, each event follows the one before it, and the last
	 * one is of the last round.
	 */
	private static void assertContinuous(List<KvEvent> events, int keys) {
		Map<String, String> values = new HashMap<>();
		for (KvEvent event : events) {
			String before = values.put(event.getKey(), value(event));
			if (before == null) {
				assertThat(event.getChange()).isEqualTo(KvChange.CREATED);
			}
			else {
				assertThat(event.getChange()).isEqualTo(KvChange.UPDATED);
				assertThat(event.getPreviousValue(String.class)).as(event.getKey()).isEqualTo(before);
			}
		}
		assertThat(values).hasSize(keys).allSatisfy((key, value) -> assertThat(value).as(key).isEqualTo("5"));
	}

	/**
	 * Many watches that replay a thousand keys under writers end with what is stored.
	 */
	@Test
	void manyWatchesEndWithWhatIsStored() throws Exception {
		int count = FaultScale.of(200, 10_000);
		WatchInstance instance = instance();
		for (int key = 0; key < MANY_KEYS; key++) {
			instance.template.set(MANY + key, "0");
		}
		int threads = Thread.activeCount();
		Semaphore writes = new Semaphore(0);
		List<Future<@Nullable Void>> running = List.of(
				this.writers.submit(writerOf(instance.template, count, 1, writes)),
				this.writers.submit(writerOf(instance.template, count, 2, writes)));
		List<KvWatch> watches = new ArrayList<>();
		List<NumberCopy> copies = new ArrayList<>();
		WatchOptions options = WatchOptions.prefix(MANY).initialReplay().bufferSize(1_000_000);
		for (int i = 0; i < count; i++) {
			// the writers write on while this one opens, and no faster than all can read
			writes.release(2);
			watches.add(instance.watch(options));
			copies.add(new NumberCopy(MANY, MANY_KEYS));
			if (i % 100 == 99) {
				drain(watches, copies);
			}
		}
		for (Future<@Nullable Void> task : running) {
			task.get(60, TimeUnit.SECONDS);
		}
		assertThat(instance.watches.getOpenCount()).isEqualTo(count);
		assertThat(Thread.activeCount()).as("threads").isLessThan(threads + 20);
		writeEnd(instance.template, MANY);
		for (int i = 0; i < count; i++) {
			takeUntilEnd(watches.get(i), MANY).forEach(copies.get(i)::apply);
			copies.get(i).assertEquals(copies.get(0));
			watches.get(i).close();
		}
		copies.get(0).assertIsStored(instance.template);
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	private static void drain(List<KvWatch> watches, List<NumberCopy> copies) {
		for (int i = 0; i < watches.size(); i++) {
			KvEvent event = watches.get(i).poll(Duration.ZERO);
			while (event != null) {
				copies.get(i).apply(event);
				event = watches.get(i).poll(Duration.ZERO);
			}
		}
	}

	/**
	 * Sets and deletes keys, one for each permit.
	 */
	private static Callable<@Nullable Void> writerOf(KvTemplate template, int count, int step, Semaphore writes) {
		return () -> {
			for (int n = 1; n <= count; n++) {
				writes.acquire();
				String key = MANY + Math.floorMod(n * step * 7919, MANY_KEYS);
				if (n % 10 == 9) {
					template.delete(key);
				}
				else {
					template.set(key, String.valueOf(step * n));
				}
			}
			return null;
		};
	}

	/**
	 * Writes keys in each partition behind everything else.
	 */
	private static void writeEnd(KvTemplate template, String prefix) {
		for (int i = 0; i < END_KEYS; i++) {
			template.set(prefix + "end-" + i, "end");
		}
	}

	/**
	 * Takes events up to those keys, which are left out.
	 */
	private static List<KvEvent> takeUntilEnd(KvWatch watch, String prefix) {
		List<KvEvent> events = new ArrayList<>();
		int ends = 0;
		while (ends < END_KEYS) {
			KvEvent event = WatchInstance.take(watch, 1).get(0);
			if (event.getKey().startsWith(prefix + "end-")) {
				ends++;
			}
			else {
				events.add(event);
			}
		}
		return events;
	}

	static String value(KvEvent event) {
		String value = event.getValue(String.class);
		return (value != null) ? value : "";
	}

	private static Map<String, String> stored(WatchInstance instance, String prefix) {
		try (Stream<String> keys = instance.template.keys(prefix)) {
			return new HashMap<>(instance.template.batchGet(keys.toList(), String.class));
		}
	}

	private void runAll(List<Callable<@Nullable Void>> tasks) throws Exception {
		for (Future<@Nullable Void> task : this.writers.invokeAll(tasks)) {
			task.get(60, TimeUnit.SECONDS);
		}
	}

}
