package io.github.kvevents.core;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.WriteHeaders;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.KvWatches;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KvTemplateBuilder}.
 */
class KvTemplateBuilderTests {

	private static final Instant MOMENT = Instant.ofEpochMilli(1_700_000_000_123L);

	private final MemoryKvStore store = new MemoryKvStore();

	private final PlainKvCodec codec = new PlainKvCodec();

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private final RecordingDispatcher dispatcherLater = new RecordingDispatcher();

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final TestObservationRegistry observationsLater = TestObservationRegistry.create();

	@Test
	void templateKeepsWhatItWasBuiltWith() {
		HookEngine engine = HookEngine.builder().build();
		KvTemplateBuilder builder = KvTemplate.builder(this.store, this.codec)
			.dispatcher(this.dispatcher)
			.watches(watches(engine))
			.guards((type, key, value) -> {
			})
			.origin("one")
			.clock(Clock.fixed(MOMENT, ZoneOffset.UTC))
			.observationRegistry(this.observations);
		KvTemplate template = builder.build();
		change(builder);
		template.set("a", "1");
		assertThat(this.dispatcher.events).hasSize(1);
		assertThat(this.dispatcherLater.events).isEmpty();
		KvEvent event = this.dispatcher.last();
		assertThat(event.getOrigin()).isEqualTo("one");
		assertThat(event.getOccurredAt()).isEqualTo(MOMENT);
		TestObservationRegistryAssert.assertThat(this.observations).hasNumberOfObservationsEqualTo(1);
		TestObservationRegistryAssert.assertThat(this.observationsLater).doesNotHaveAnyObservation();
		try (KvWatch watch = template.watch(WatchOptions.all())) {
			assertThat(engine.getDispatcher().hasReceivers(event.getType())).as("its watch listens there").isTrue();
			assertThat(watch.isOpen()).isTrue();
		}
	}

	@Test
	void nextTemplateIsBuiltWithTheChanges() {
		KvTemplateBuilder builder = KvTemplate.builder(this.store, this.codec);
		builder.build();
		change(builder);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> builder.build().set("a", "1"))
			.withMessage("from the test");
	}

	/**
	 * As that of a hook for an expiry that an outer write detects: it may run as another
	 * user.
	 */
	@Test
	void writeWithinAWriteCarriesOnlyItsOwnHeaders() {
		List<KvHeaders> carried = new ArrayList<>();
		KvStore recording = (KvStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { KvStore.class }, (proxy, method, arguments) -> {
					carried.add(WriteHeaders.current());
					return method.invoke(this.store, arguments);
				});
		KvTemplate template = KvTemplate.builder(recording, this.codec)
			.headers(new HeaderSettings(true, Set.of(), List.of((headers) -> {
			}), (name) -> {
			}))
			.build();
		KvHeaders outer = Objects.requireNonNull(KvHeaders.NONE.with("principal", "zoe"));
		WriteHeaders.call(outer, () -> template.set("a", "1"));
		assertThat(carried).containsOnly(KvHeaders.NONE);
	}

	private void change(KvTemplateBuilder builder) {
		builder.dispatcher(this.dispatcherLater)
			.watches(watches(HookEngine.builder().build()))
			.guards((type, key, value) -> {
				throw new IllegalStateException("from the test");
			})
			.origin("two")
			.clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
			.observationRegistry(this.observationsLater);
	}

	private KvWatches watches(HookEngine engine) {
		return new KvWatches(this.store, engine.getDispatcher(), this.codec, "watches", Clock.systemUTC());
	}

}
