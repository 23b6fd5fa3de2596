package io.github.kvevents.hook;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HookEngineBuilder}.
 */
class HookEngineBuilderTests {

	private static final Instant MOMENT = Instant.ofEpochMilli(1_700_000_000_123L);

	private final Parts first = new Parts("first-", MOMENT, 7, new PlainKvCodec());

	private final Parts later = new Parts("later-", Instant.EPOCH, 1, MapStore.CODEC);

	private final HookEngineBuilder builder = this.first.setUp(HookEngine.builder()).changeLog(true);

	private final HookEngine engine = this.builder.build();

	private final MapStore store = new MapStore(this.engine);

	HookEngineBuilderTests() {
		this.later.setUp(this.builder).springListeners((type) -> false).changeLog(false);
	}

	@AfterEach
	void stop() {
		this.engine.stop();
	}

	@Test
	void publisherAndSpringListenersStay() {
		this.store.set("a", "1");
		assertThat(this.first.published).hasSize(1);
		assertThat(this.later.published).isEmpty();
		assertThat(this.builder.build().getDispatcher().hasReceivers(KvEventType.SET)).as("the next one").isFalse();
	}

	@Test
	void settingsErrorHandlerAndClocksStay() {
		KvHookRegistration hook = this.engine.getRegistry().register(KvHookOptions.defaults(), (event) -> {
			this.first.nanos.addAndGet(5_000_000);
			throw new IllegalStateException("from the test");
		});
		for (int number = 0; number < 9; number++) {
			this.store.set("a", number);
		}
		assertThat(hook.getErrors().drain()).hasSize(7).allMatch((error) -> error.occurredAt().equals(MOMENT));
		assertThat(this.first.errors).hasSize(9);
		assertThat(this.later.errors).isEmpty();
		assertThat(hook.getStats().lastInvokedAt()).isEqualTo(MOMENT);
		assertThat(hook.getStats().meanMillis()).isEqualTo(5);
		this.builder.errorHandler(this.first.errors::add).lazyErrorHandler(() -> this.later.errors::add);
		this.store.set("a", "last");
		assertThat(this.later.errors).isEmpty();
	}

	@Test
	void observationsAndThreadsStay() {
		List<String> threads = new CopyOnWriteArrayList<>();
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().async(), (event) -> threads.add(Thread.currentThread().getName()));
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)),
					(event) -> threads.add(Thread.currentThread().getName()));
		this.store.set("a", "1");
		await().until(() -> threads.size() == 2);
		assertThat(threads).allMatch((name) -> name.startsWith("first-"));
		await().untilAsserted(() -> TestObservationRegistryAssert.assertThat(this.first.observations)
			.hasNumberOfObservationsEqualTo(2));
		TestObservationRegistryAssert.assertThat(this.later.observations).doesNotHaveAnyObservation();
	}

	@Test
	void listenersForDropsAndClosedHooksStay() {
		this.engine.start();
		KvHookRegistration hook = this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("audit").async(), (event) -> {
			});
		this.engine.stop();
		this.store.set("a", "1");
		hook.close();
		assertThat(this.first.dropped).containsExactly("audit");
		assertThat(this.first.closed).contains("audit");
		assertThat(this.later.dropped).isEmpty();
		assertThat(this.later.closed).isEmpty();
	}

	@Test
	void codecOfGuardsStays() {
		List<KvCodec> codecs = new CopyOnWriteArrayList<>();
		this.engine.guards()
			.register("guard", Set.of(KvEventType.SET), null, 0,
					(change) -> codecs.add(Objects.requireNonNull(change.codec())));
		this.store.set("a", "1");
		assertThat(codecs).containsExactly(this.first.codec);
	}

	@Test
	void changeLogStays() {
		KvHookOptions options = KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE);
		this.engine.getRegistry().register(options, (event) -> {
		});
		KvHookRegistry next = this.builder.build().getRegistry();
		assertThatIllegalArgumentException().isThrownBy(() -> next.register(options, (event) -> {
		})).withMessageContaining("needs the change log");
	}

	/**
	 * What an engine can be built with, and what it is seen by.
	 */
	private static final class Parts {

		private final List<Object> published = new CopyOnWriteArrayList<>();

		private final List<KvHookError> errors = new CopyOnWriteArrayList<>();

		private final List<String> dropped = new CopyOnWriteArrayList<>();

		private final List<String> closed = new CopyOnWriteArrayList<>();

		private final AtomicLong nanos = new AtomicLong();

		private final TestObservationRegistry observations = TestObservationRegistry.create();

		private final String threads;

		private final Instant now;

		private final int errorsKept;

		private final KvCodec codec;

		private Parts(String threads, Instant now, int errorsKept, KvCodec codec) {
			this.threads = threads;
			this.now = now;
			this.errorsKept = errorsKept;
			this.codec = codec;
		}

		private HookEngineBuilder setUp(HookEngineBuilder builder) {
			return builder.settings(HookSettings.defaults().errorsKept(this.errorsKept))
				.publisher(this.published::add)
				.springListeners((type) -> true)
				.errorHandler(this.errors::add)
				.observationRegistry(this.observations)
				.codec(this.codec)
				.clock(Clock.fixed(this.now, ZoneOffset.UTC))
				.threadFactory(new CustomizableThreadFactory(this.threads))
				.nanoTime(this.nanos::get)
				.dropListener(this.dropped::add)
				.closeListener(this.closed::add);
		}

	}

}
