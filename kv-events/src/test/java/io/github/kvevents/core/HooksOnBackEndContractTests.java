package io.github.kvevents.core;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookSettings;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvOverflow;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Hooks, filters and errors behave alike whatever the back end: the whole path from the
 * template to the hook.
 */
abstract class HooksOnBackEndContractTests {

	private static final int WRITERS = 8;

	private final JsonKvCodec codec = new JsonKvCodec(JsonMapper.builder().build());

	private HookEngine engine = engine(HookSettings.defaults());

	abstract KvStore createStore();

	@AfterEach
	void stop() {
		this.engine.stop();
	}

	private HookEngine engine(HookSettings settings) {
		return engine(settings, (error) -> {
		});
	}

	private HookEngine engine(HookSettings settings, KvHookErrorHandler errorHandler) {
		HookEngine engine = HookEngine.builder()
			.codec(this.codec)
			.settings(settings)
			.errorHandler(errorHandler)
			.build();
		engine.start();
		return engine;
	}

	private KvTemplate template() {
		return KvTemplate.builder(createStore(), this.codec)
			.dispatcher(this.engine.getDispatcher())
			.guards(this.engine.getGuards())
			.build();
	}

	@Test
	void aHookHasRunBeforeTheCallReturnsAndReceivesOnlyItsKeys() {
		List<String> heard = new ArrayList<>();
		register(
				KvHookOptions.defaults()
					.filter(KeyFilter.prefix("order:").and(KeyFilter.suffix(":draft").negate()))
					.changes(KvChange.CREATED, KvChange.REMOVED),
				(event) -> heard.add(event.getType() + " " + event.getKey()));
		KvTemplate template = template();
		template.set("order:1", "a");
		assertThat(heard).containsExactly("SET order:1");
		template.set("order:1", "b");
		template.set("order:1:draft", "a");
		template.set("invoice:1", "a");
		template.delete("order:1");
		template.delete("order:1");
		template.batchSet(new TreeMap<>(Map.of("order:2", "a", "order:3", "a", "x", "a")));
		template.batchDelete(List.of("order:3", "order:4", "order:2"));
		assertThat(heard).containsExactly("SET order:1", "DELETE order:1", "BATCH_SET order:2", "BATCH_SET order:3",
				"BATCH_DELETE order:3", "BATCH_DELETE order:2");
	}

	@Test
	void hooksThatFailHarmNeitherTheCallerNorOthers() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		KvHookRegistration throwing = register(KvHookOptions.defaults().order(1), (event) -> {
			throw new AssertionError("hook");
		});
		KvHookRegistration hanging = register(KvHookOptions.defaults().order(2).timeout(Duration.ofMillis(50)),
				(event) -> awaitIgnoringInterrupts(release));
		List<String> heard = new ArrayList<>();
		register(KvHookOptions.defaults().order(3), (event) -> heard.add(event.getKey()));
		KvTemplate template = template();
		try {
			assertThat(template.set("k", "v")).isEqualTo(KvSetResult.CREATED);
		}
		finally {
			release.countDown();
		}
		assertThat(template.get("k", String.class)).contains("v");
		assertThat(heard).containsExactly("k");
		assertThat(throwing.getErrors().drain()).singleElement()
			.satisfies((error) -> assertThat(error.cause()).hasMessage("hook"));
		assertThat(hanging.getErrors().poll(Duration.ofSeconds(10))).isNotNull()
			.satisfies((error) -> assertThat(error.cause()).isInstanceOf(TimeoutException.class));
		assertThat(hanging.getStats().timeouts()).isEqualTo(1);
	}

	@Test
	void writesOfAHookReachHooksToo() {
		KvTemplate template = template();
		List<String> heard = Collections.synchronizedList(new ArrayList<>());
		register(KvHookOptions.defaults().filter(KeyFilter.prefix("in:")).async(),
				(event) -> template.set("out:" + event.getKey(), "v"));
		register(KvHookOptions.defaults().filter(KeyFilter.prefix("out:")), (event) -> heard.add(event.getKey()));
		template.set("in:1", "v");
		await().until(() -> heard.contains("out:in:1"));
	}

	/**
	 * Each event names the value before it, so the chain of a key's events is the order
	 * in which the store applied them.
	 */
	@Test
	void anErrorHandlerThatWritesWhatItsHookMatchesIsCalledOnce() {
		for (KvHookOptions options : List.of(KvHookOptions.defaults(), KvHookOptions.defaults().async(),
				KvHookOptions.defaults().timeout(Duration.ofSeconds(30)))) {
			AtomicReference<KvTemplate> template = new AtomicReference<>();
			AtomicInteger handled = new AtomicInteger();
			this.engine.stop();
			this.engine = engine(HookSettings.defaults().queueCapacity(1).concurrency(1), (error) -> late(template)
				.set("error:" + handled.incrementAndGet(), error.cause().getClass().getName()));
			template.set(template());
			KvHookRegistration hook = register(options, (event) -> {
				throw new IllegalStateException("failed");
			});
			late(template).set("order:1", "a");
			await().until(() -> hook.getStats().failures() == 2);
			assertThat(hook.getStats().invocations()).isEqualTo(2);
			assertThat(handled).hasValue(1);
			assertThat(late(template).get("error:1", String.class)).contains(IllegalStateException.class.getName());
			late(template).batchDelete(late(template).keys("error:").toList());
		}
	}

	@Test
	void anInterruptOfOneHookReachesNeitherTheNextHookNorTheStoreInBetween() {
		AtomicReference<KvTemplate> template = new AtomicReference<>();
		List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
		this.engine.stop();
		this.engine = engine(HookSettings.defaults(), (error) -> {
			failures.add(error.cause());
			late(template).set("error", error.hookId());
		});
		template.set(template());
		register(KvHookOptions.defaults().id("throws").filter(KeyFilter.prefix("k")), (event) -> {
			throw new InterruptedException();
		});
		register(KvHookOptions.defaults().id("raises").filter(KeyFilter.prefix("k")),
				(event) -> Thread.currentThread().interrupt());
		register(KvHookOptions.defaults().id("filter").filter((key) -> {
			Thread.currentThread().interrupt();
			return false;
		}), (event) -> {
		});
		register(KvHookOptions.defaults().id("copies").filter(KeyFilter.prefix("k")),
				(event) -> late(template).set("copy:" + event.getKey(), "x"));
		Map<String, String> batch = new TreeMap<>();
		for (int number = 0; number < 2 * BatchChanges.CHUNK + 1; number++) {
			batch.put("k" + number, "x");
		}
		assertThat(late(template).batchSet(batch)).hasSize(batch.size());
		assertThat(Thread.interrupted()).as("raised again behind the last hook").isTrue();
		assertThat(failures).hasOnlyElementsOfType(InterruptedException.class).hasSize(batch.size());
		assertThat(late(template).keys("copy:")).hasSize(batch.size());
		assertThat(late(template).batchDelete(batch.keySet())).isEqualTo(batch.size());
		assertThat(Thread.interrupted()).isTrue();
		late(template).set("other", "x");
		assertThat(Thread.interrupted()).as("of the filter").isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anInterruptDoesNotReachTheHandlerOfAnErrorOnAnotherThread(boolean async) {
		AtomicReference<KvTemplate> template = new AtomicReference<>();
		this.engine.stop();
		this.engine = engine(HookSettings.defaults(), (error) -> late(template).set("error", error.hookId()));
		template.set(template());
		KvHookOptions options = KvHookOptions.defaults().id("hook").filter(KeyFilter.prefix("k"));
		register(async ? options.async() : options.timeout(Duration.ofSeconds(30)), (event) -> {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted");
		});
		late(template).set("k", "x");
		await().until(() -> late(template).get("error", String.class).isPresent());
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void anInterruptOfTheCallerWaitsUntilTheTimedHookAndTheNextAreDone() throws Exception {
		KvTemplate template = template();
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)).filter(KeyFilter.prefix("k")), (event) -> {
			begun.countDown();
			gate.await();
		});
		register(KvHookOptions.defaults().filter(KeyFilter.prefix("k")), (event) -> template.set("copy", "x"));
		AtomicBoolean flag = new AtomicBoolean();
		Thread caller = new Thread(() -> {
			template.set("k", "x");
			flag.set(Thread.interrupted());
		});
		caller.start();
		begun.await();
		caller.interrupt();
		gate.countDown();
		caller.join();
		assertThat(flag).isTrue();
		assertThat(template.get("copy", String.class)).contains("x");
	}

	@Test
	void asyncEventsComeInTheOrderInWhichTheStoreAppliedThem() throws Exception {
		this.engine.stop();
		this.engine = engine(HookSettings.defaults().queueCapacity(500));
		Map<String, byte[]> last = new ConcurrentHashMap<>();
		AtomicInteger broken = new AtomicInteger();
		LongAdder delivered = new LongAdder();
		register(KvHookOptions.defaults().async(), (event) -> {
			if (!follows(last.put(event.getKey(), bytes(event)), event)) {
				broken.incrementAndGet();
			}
			delivered.increment();
		});
		write(100_000);
		await().atMost(Duration.ofSeconds(60)).until(() -> delivered.sum() == 100_000);
		assertThat(broken).hasValue(0);
		assertThat(last).hasSize(100);
	}

	@Test
	void eachEventThatIsDroppedIsCounted() throws Exception {
		for (KvOverflow overflow : List.of(KvOverflow.DROP_NEWEST, KvOverflow.DROP_OLDEST)) {
			this.engine.stop();
			this.engine = engine(HookSettings.defaults().queueCapacity(50).concurrency(1).overflow(overflow));
			LongAdder delivered = new LongAdder();
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch full = new CountDownLatch(1);
			KvHookRegistration hook = register(KvHookOptions.defaults().async(), (event) -> {
				begun.countDown();
				full.await();
				delivered.increment();
			});
			template().set("key:0", "occupies the only worker");
			begun.await();
			write(1_000);
			assertThat(hook.getStats().dropped()).as(overflow.name()).isEqualTo(1_000 - 50);
			full.countDown();
			await().until(() -> delivered.sum() == 51);
		}
	}

	private static KvTemplate late(AtomicReference<KvTemplate> template) {
		return Objects.requireNonNull(template.get());
	}

	private static boolean follows(byte @Nullable [] before, KvEvent event) {
		byte[] previous = event.getRawPreviousValue();
		return (before == null) ? previous == null : Arrays.equals(before, previous);
	}

	private static byte[] bytes(KvEvent event) {
		byte[] value = event.getRawValue();
		return (value != null) ? value : new byte[0];
	}

	private void write(int events) throws Exception {
		KvTemplate template = template();
		ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
		try {
			List<Future<@Nullable Void>> writers = new ArrayList<>();
			for (int i = 0; i < WRITERS; i++) {
				String writer = "writer-" + i + "-";
				Callable<@Nullable Void> task = () -> {
					for (int n = 0; n < events / WRITERS; n++) {
						String key = "key:" + ((n < 100) ? n : ThreadLocalRandom.current().nextInt(100));
						template.setRaw(key, (writer + n).getBytes(StandardCharsets.UTF_8));
					}
					return null;
				};
				writers.add(executor.submit(task));
			}
			for (Future<@Nullable Void> writer : writers) {
				writer.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private KvHookRegistration register(KvHookOptions options, KvHookCallback callback) {
		return this.engine.getRegistry().register(options.events(KvEventType.values()), callback);
	}

	private static void awaitIgnoringInterrupts(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return;
			}
			catch (InterruptedException ex) {
				// a hook that takes no notice of its timeout
			}
		}
	}

}
