package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each call of a hook is observed, within the observation of its caller.
 */
class HookObservationTests {

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final HookEngine engine = HookEngine.builder().observationRegistry(this.registry).errorHandler((error) -> {
	}).build();

	private final MapStore store = new MapStore(this.engine);

	private final List<Observation> current = Collections.synchronizedList(new ArrayList<>());

	private void register(KvHookOptions options) {
		this.engine.getRegistry().register(options, (event) -> {
			Observation observation = this.registry.getCurrentObservation();
			if (observation != null) {
				this.current.add(observation);
			}
		});
	}

	private Observation write() {
		Observation caller = Observation.createNotStarted("caller", this.registry);
		caller.observe(() -> this.store.set("secret-key", "secret-value"));
		return caller;
	}

	@Test
	void synchronousCall() {
		register(KvHookOptions.defaults().id("one"));
		Observation caller = write();
		assertObserved("sync", "success", caller);
	}

	@Test
	void timedCall() {
		register(KvHookOptions.defaults().id("one").timeout(Duration.ofSeconds(30)));
		Observation caller = write();
		assertObserved("timed", "success", caller);
	}

	@Test
	void asynchronousCall() {
		register(KvHookOptions.defaults().id("one").async());
		Observation caller = write();
		await().untilAsserted(() -> assertObserved("async", "success", caller));
		write();
		await().until(() -> this.current.size() == 2);
		this.store.set("a", 1);
		await().until(() -> this.current.size() == 3);
		assertThat(this.current.get(2).getContextView().getParentObservation())
			.as("nothing is left behind on the thread")
			.isNull();
	}

	@Test
	void failure() {
		this.engine.getRegistry().register(KvHookOptions.defaults().id("one"), (event) -> {
			throw new IllegalStateException("failed");
		});
		write();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("kv.hook")
			.that()
			.hasLowCardinalityKeyValue("outcome", "failure")
			.hasError();
	}

	@ParameterizedTest
	@ValueSource(strings = { "sync", "timed", "async" })
	void failureOfTheJvm(String mode) {
		KvHookOptions options = KvHookOptions.defaults().id("one");
		KvHookOptions inMode = switch (mode) {
			case "timed" -> options.timeout(Duration.ofMinutes(1));
			case "async" -> options.async();
			default -> options;
		};
		KvHookRegistration hook = this.engine.getRegistry().register(inMode, (event) -> {
			throw new OutOfMemoryError("on purpose");
		});
		try {
			this.store.set("a", 1);
		}
		catch (OutOfMemoryError ex) {
			assertThat(mode).as("a synchronous hook's reaches the caller").isNotEqualTo("async");
		}
		await().untilAsserted(() -> assertThat(hook.getStats().failures()).isOne());
		assertThat(hook.getStats().lastError()).isEqualTo(OutOfMemoryError.class.getName());
		await().untilAsserted(() -> TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("kv.hook")
			.that()
			.hasLowCardinalityKeyValue("outcome", "failure")
			.hasBeenStopped());
	}

	@Test
	void timeout() {
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().id("one").timeout(Duration.ofMillis(300)),
					(event) -> new CountDownLatch(1).await());
		write();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("kv.hook")
			.that()
			.hasLowCardinalityKeyValue("outcome", "timeout")
			.hasBeenStopped();
	}

	private void assertObserved(String mode, String outcome, Observation caller) {
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("kv.hook")
			.that()
			.hasLowCardinalityKeyValue("hook", "one")
			.hasLowCardinalityKeyValue("type", "SET")
			.hasLowCardinalityKeyValue("mode", mode)
			.hasLowCardinalityKeyValue("outcome", outcome)
			.hasBeenStopped();
		assertThat(this.current).isNotEmpty();
		Observation observed = this.current.get(0);
		assertThat(observed.getContextView().getName()).isEqualTo("kv.hook");
		assertThat(observed.getContextView().getParentObservation()).isSameAs(caller);
		assertThat(observed.getContextView().getHighCardinalityKeyValues()).isEmpty();
		assertThat(observed.getContextView().getAllKeyValues().toString()).doesNotContain("secret");
	}

}
