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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
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
		WatchOptions options = WatchOptions.prefix("raced:").bufferSize(2 * RACED_ROUNDS);
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
		for (KvWatch watch : watches) {
			assertThat(follow(watch, new HashMap<>(), 2 * RACED_ROUNDS)).isEqualTo(stored);
		}
		await().untilAsserted(() -> assertThat(hooked).isEqualTo(stored));
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
		int count = WatchScale.of(200, 10_000);
		int keys = 1_000;
		WatchInstance instance = instance();
		for (int key = 0; key < keys; key++) {
			instance.template.set("many:" + key, "first");
		}
		int threads = Thread.activeCount();
		AtomicBoolean stop = new AtomicBoolean();
		List<Future<@Nullable Void>> running = new ArrayList<>();
		for (int writer = 0; writer < 2; writer++) {
			running.add(this.writers.submit(writerOf(instance.template, keys, "w" + writer + "-", stop)));
		}
		List<KvWatch> watches = new ArrayList<>();
		List<Map<String, String>> states = new ArrayList<>();
		WatchOptions options = WatchOptions.prefix("many:").initialReplay().bufferSize(1_000_000);
		for (int i = 0; i < count; i++) {
			KvWatch watch = instance.watch(options);
			watches.add(watch);
			states.add(follow(watch, new HashMap<>(), keys));
			if (i % 100 == 99) {
				drain(watches, states);
			}
		}
		assertThat(instance.watches.getOpenCount()).isEqualTo(count);
		assertThat(Thread.activeCount()).as("threads").isLessThan(threads + 20);
		stop.set(true);
		for (Future<@Nullable Void> task : running) {
			task.get(20, TimeUnit.SECONDS);
		}
		Map<String, String> stored = stored(instance, "many:");
		writeEnd(instance.template, "many:");
		for (int i = 0; i < count; i++) {
			Map<String, String> state = states.get(i);
			takeUntilEnd(watches.get(i), "many:").forEach((event) -> apply(event, state));
			assertThat(state).isEqualTo(stored);
			watches.get(i).close();
		}
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	private static void drain(List<KvWatch> watches, List<Map<String, String>> states) {
		for (int i = 0; i < watches.size(); i++) {
			KvEvent event = watches.get(i).poll(Duration.ZERO);
			while (event != null) {
				apply(event, states.get(i));
				event = watches.get(i).poll(Duration.ZERO);
			}
		}
	}

	/**
	 * Writes a thousand times a second about, so that the watches have a chance.
	 */
	private static Callable<@Nullable Void> writerOf(KvTemplate template, int keys, String name, AtomicBoolean stop) {
		return () -> {
			for (int n = 0; !stop.get(); n++) {
				String key = "many:" + Math.floorMod(n * 7919, keys);
				if (n % 10 == 9) {
					template.delete(key);
				}
				else {
					template.set(key, name + n);
				}
				TimeUnit.MILLISECONDS.sleep(1);
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

	/**
	 * Takes events and applies them, at most so many and as long as there are some.
	 */
	private static Map<String, String> follow(KvWatch watch, Map<String, String> state, int limit) {
		for (int i = 0; i < limit; i++) {
			KvEvent event = watch.poll(Duration.ofMillis(300));
			if (event == null) {
				break;
			}
			apply(event, state);
		}
		return state;
	}

	private static void apply(KvEvent event, Map<String, String> state) {
		if (event.getChange() == KvChange.REMOVED) {
			state.remove(event.getKey());
		}
		else {
			state.put(event.getKey(), value(event));
		}
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
