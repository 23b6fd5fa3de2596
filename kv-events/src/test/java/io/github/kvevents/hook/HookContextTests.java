package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvVetoException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Whatever code of the application belongs to a hook runs in the hook's context: the
 * error handler, filters, guards, listeners of Spring and what observes the hook. What
 * they write counts as written by the hook: it ends at the same depth, and isn't held up
 * by a queue that it may be needed to empty.
 */
@Timeout(60)
class HookContextTests {

	private final IllegalStateException failure = new IllegalStateException("failed");

	private final AtomicInteger handled = new AtomicInteger();

	private final List<KvHookError> errors = Collections.synchronizedList(new ArrayList<>());

	private final CountDownLatch gate = new CountDownLatch(1);

	private volatile Consumer<KvHookError> handler = (error) -> {
	};

	private HookEngine engine = start(builder());

	private MapStore store = new MapStore(this.engine);

	@AfterEach
	void stop() {
		this.gate.countDown();
		this.engine.stop();
	}

	private HookEngineBuilder builder() {
		return HookEngine.builder()
			.codec(MapStore.CODEC)
			.settings(HookSettings.defaults().queueCapacity(4).concurrency(1).shutdownTimeout(Duration.ofSeconds(5)))
			.errorHandler((error) -> {
				this.handled.incrementAndGet();
				this.errors.add(error);
				this.handler.accept(error);
			});
	}

	private static HookEngine start(HookEngineBuilder builder) {
		HookEngine engine = builder.build();
		engine.start();
		return engine;
	}

	private void use(HookEngineBuilder builder) {
		this.engine.stop();
		this.engine = start(builder);
		this.store = new MapStore(this.engine);
	}

	private KvHookRegistration register(KvHookOptions options, KvHookCallback callback) {
		return this.engine.getRegistry().register(options, callback);
	}

	private void fail(KvEvent event) {
		throw this.failure;
	}

	/** Each error is written, under a key of its own. */
	private void writeErrors() {
		AtomicInteger number = new AtomicInteger();
		this.handler = (error) -> this.store.set("error:" + number.incrementAndGet(), 1);
	}

	@Test
	void errorHandlerIsNotCalledForWhatItCausedItself() {
		writeErrors();
		KvHookRegistration hook = register(KvHookOptions.defaults(), this::fail);
		this.store.set("a", 1);
		assertThat(hook.getStats().invocations()).as("the change, and what the handler wrote").isEqualTo(2);
		assertThat(this.handled).hasValue(1);
		assertThat(hook.getStats().failures()).isEqualTo(2);
		assertThat(hook.getErrors().drain()).as("both are kept").hasSize(2);
		assertThat(this.store.get("error:1", Integer.class)).isEqualTo(1);
		this.store.set("b", 1);
		assertThat(this.handled).as("it begins anew with the next call").hasValue(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "sync", "timed", "async" })
	void errorHandlerThatWritesIsCalledOnceForEachHookThatFails(String mode) {
		writeErrors();
		KvHookOptions options = switch (mode) {
			case "async" -> KvHookOptions.defaults().async();
			case "timed" -> KvHookOptions.defaults().timeout(Duration.ofSeconds(30));
			default -> KvHookOptions.defaults();
		};
		List<KvHookRegistration> hooks = Stream.generate(() -> register(options, this::fail)).limit(5).toList();
		this.store.set("a", 1);
		await().untilAsserted(() -> assertThat(hooks).extracting((hook) -> hook.getStats().failures())
			.as("the change, and five errors that were written")
			.containsOnly(6L));
		assertThat(this.handled).hasValue(5);
	}

	@Test
	void errorHandlerOfAnAsynchronousHookIsLetPastTheFullQueue() throws Exception {
		writeErrors();
		KvHookRegistration hook = register(KvHookOptions.defaults().async(), (event) -> {
			if (event.getKey().startsWith("a")) {
				this.gate.await();
				throw this.failure;
			}
		});
		Thread writer = new Thread(() -> {
			for (int number = 0; number < 20; number++) {
				this.store.set("a" + number, number);
			}
		});
		writer.start();
		await().until(() -> writer.getState() == Thread.State.WAITING);
		this.gate.countDown();
		writer.join(TimeUnit.SECONDS.toMillis(30));
		assertThat(writer.isAlive()).as("the writer got through").isFalse();
		await().until(() -> hook.getStats().invocations() == 40 && hook.getStats().inFlight() == 0);
		assertThat(this.handled).hasValue(20);
	}

	@Test
	void errorHandlerHasTheMdcOfTheCaller() {
		List<Map<String, String>> seen = Collections.synchronizedList(new ArrayList<>());
		this.handler = (error) -> seen.add(MDC.getCopyOfContextMap());
		register(KvHookOptions.defaults().async(), this::fail);
		MDC.put("request", "4711");
		try {
			this.store.set("a", 1);
		}
		finally {
			MDC.clear();
		}
		await().until(() -> !seen.isEmpty());
		assertThat(seen.get(0)).containsEntry("request", "4711");
	}

	@Test
	void errorHandlerThatWritesForATimeoutEndsToo() {
		writeErrors();
		KvHookRegistration hook = register(KvHookOptions.defaults().timeout(Duration.ofSeconds(2)),
				(event) -> this.gate.await());
		this.store.set("a", 1);
		assertThat(hook.getStats().invocations()).isEqualTo(2);
		assertThat(this.handled).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void filterThatWritesEndsWithAnErrorOfItsHook(boolean async) {
		AtomicInteger asked = new AtomicInteger();
		KvHookOptions options = KvHookOptions.defaults().filter((key) -> {
			asked.incrementAndGet();
			this.store.set("asked", 1);
			return false;
		});
		KvHookRegistration hook = register(async ? options.async() : options, this::fail);
		this.store.set("a", 1);
		assertThat(asked).hasValueLessThanOrEqualTo(DispatchContext.MAX_DEPTH + 2);
		assertThat(hook.getErrors().drain()).isNotEmpty()
			.extracting(KvHookError::cause)
			.hasOnlyElementsOfType(KvHookRecursionException.class);
		assertThat(this.store.get("a", Integer.class)).isEqualTo(1);
	}

	@Test
	void filterThatFailsHasItsErrorHandledInTheContextOfTheHook() {
		writeErrors();
		KvHookRegistration hook = register(KvHookOptions.defaults().filter((key) -> {
			throw this.failure;
		}), this::fail);
		this.store.set("a", 1);
		assertThat(this.handled).hasValue(1);
		assertThat(hook.getStats().invocations()).isZero();
	}

	@Test
	void guardFilterThatWritesRefusesInTheEnd() {
		AtomicInteger asked = new AtomicInteger();
		this.engine.guards().register("guard", Set.of(KvEventType.SET), (key) -> {
			asked.incrementAndGet();
			this.store.set("asked", 1);
			return false;
		}, 0, (change) -> {
		});
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(() -> this.store.set("a", 1))
			.havingRootCause()
			.isInstanceOf(KvHookRecursionException.class);
		assertThat(asked).hasValueLessThanOrEqualTo(DispatchContext.MAX_DEPTH + 2);
	}

	@Test
	void springListenerThatFailsHasItsErrorHandledInTheContextOfTheListener() {
		AtomicInteger heard = new AtomicInteger();
		use(builder().springListeners((type) -> true).publisher((event) -> {
			heard.incrementAndGet();
			throw this.failure;
		}));
		writeErrors();
		this.store.set("a", 1);
		assertThat(heard).hasValue(2);
		assertThat(this.handled).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "sync", "timed", "async" })
	void whatObservesAHookMayWrite(String mode) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onStop(Observation.Context context) {
				HookContextTests.this.store.set("stopped", 1);
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return true;
			}

		});
		use(builder().observationRegistry(registry));
		KvHookOptions options = switch (mode) {
			case "timed" -> KvHookOptions.defaults().timeout(Duration.ofSeconds(30));
			case "async" -> KvHookOptions.defaults().async();
			default -> KvHookOptions.defaults();
		};
		KvHookRegistration hook = register(options, (event) -> {
		});
		this.store.set("a", 1);
		await().until(() -> hook.getStats().failures() == 1);
		assertThat(hook.getStats().invocations()).isEqualTo(16);
		assertThat(this.errors.get(0).cause()).isInstanceOf(KvHookRecursionException.class);
	}

	@Test
	void dropListenerMayWrite() {
		AtomicInteger dropped = new AtomicInteger();
		use(builder().settings(HookSettings.defaults().overflow(KvOverflow.DROP_NEWEST).queueCapacity(1).concurrency(1))
			.dropListener((id) -> {
				dropped.incrementAndGet();
				this.store.set("dropped", 1);
			}));
		KvHookRegistration hook = register(KvHookOptions.defaults().async(), (event) -> this.gate.await());
		this.store.set("a", 1);
		await().until(() -> hook.getStats().inFlight() == 1);
		this.store.set("b", 1);
		this.store.set("c", 1);
		assertThat(dropped).hasValue(16);
		assertThat(hook.getStats().dropped()).isEqualTo(16);
	}

}
