package io.github.kvevents.hook;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What counts the calls of a hook, and what keeps its errors, is made with the first of
 * them, by whichever thread comes first.
 */
class FirstCallTests {

	private static final int THREADS = 4;

	private static final int HOOKS = 300;

	private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).errorHandler((error) -> {
	}).build();

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	@BeforeEach
	void start() {
		this.engine.start();
	}

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
		this.engine.stop();
	}

	@RepeatedTest(3)
	void firstCallsOfSeveralThreadsAreAllCountedAndTheirErrorsKept() throws Exception {
		List<KvHookRegistration> hooks = new ArrayList<>();
		for (int number = 0; number < HOOKS; number++) {
			hooks.add(this.engine.getRegistry()
				.register(KvHookOptions.defaults().filter(KeyFilter.prefix("key:" + number + ":")), (event) -> {
					throw new IllegalStateException("refused");
				}));
		}
		CyclicBarrier together = new CyclicBarrier(THREADS);
		List<Future<Void>> writers = new ArrayList<>();
		for (int thread = 0; thread < THREADS; thread++) {
			writers.add(this.threads.submit(() -> {
				for (int number = 0; number < HOOKS; number++) {
					together.await(60, TimeUnit.SECONDS);
					dispatch("key:" + number + ":1");
				}
				return null;
			}));
		}
		for (Future<Void> writer : writers) {
			writer.get(60, TimeUnit.SECONDS);
		}
		for (KvHookRegistration hook : hooks) {
			KvHookStats stats = hook.getStats();
			assertThat(stats.invocations()).isEqualTo(THREADS);
			assertThat(stats.failures()).isEqualTo(THREADS);
			assertThat(stats.inFlight()).isZero();
			assertThat(hook.getErrors().drain()).hasSize(THREADS);
		}
	}

	@Test
	void hookWithoutCallsHasNoErrorsAndCountedNothing() {
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> {
		});
		assertThat(hook.getStats()).isEqualTo(new KvHookStats(0, 0, 0, 0, 0, 0, 0, null, null));
		assertThat(hook.getErrors().drain()).isEmpty();
		assertThat(hook.getErrors().getDropped()).isZero();
		assertThat(hook.getErrors().poll(Duration.ZERO)).isNull();
	}

	@Test
	void whoWaitsForTheFirstErrorReceivesIt() throws Exception {
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> {
			throw new IllegalStateException("refused");
		});
		Future<KvHookError> first = this.threads.submit(() -> hook.getErrors().poll(Duration.ofSeconds(60)));
		dispatch("key");
		assertThat(first.get(60, TimeUnit.SECONDS).cause()).hasMessage("refused");
	}

	private void dispatch(String key) {
		KvEvent event = KvEventBuilder.forKey(this, key, new PlainKvCodec())
			.value("value".getBytes(StandardCharsets.UTF_8))
			.set(KvEventType.SET);
		this.engine.getDispatcher().dispatch(KvEventType.SET, key, (events) -> events.accept(event));
	}

}
