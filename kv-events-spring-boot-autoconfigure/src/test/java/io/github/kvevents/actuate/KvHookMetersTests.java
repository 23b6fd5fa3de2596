package io.github.kvevents.actuate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The counter of dropped events.
 */
class KvHookMetersTests {

	@Test
	void countsByHookInEachRegistry() {
		KvHookMeters meters = new KvHookMeters();
		SimpleMeterRegistry first = new SimpleMeterRegistry();
		SimpleMeterRegistry second = new SimpleMeterRegistry();
		meters.bindTo(first);
		meters.bindTo(second);
		meters.accept("a");
		meters.accept("b");
		meters.accept("a");
		assertThat(first.get("kv.hook.dropped").tag("hook", "a").counter().count()).isEqualTo(2);
		assertThat(second.get("kv.hook.dropped").tag("hook", "b").counter().count()).isEqualTo(1);
	}

}
