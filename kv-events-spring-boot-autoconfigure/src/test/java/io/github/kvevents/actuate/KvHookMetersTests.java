package io.github.kvevents.actuate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.support.StaticApplicationContext;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters that aren't observations.
 */
class KvHookMetersTests {

	private final KvHookRegistry hooks = HookEngine.builder().build().getRegistry();

	private final SimpleMeterRegistry first = new SimpleMeterRegistry();

	private final SimpleMeterRegistry second = new SimpleMeterRegistry();

	@Test
	void countsDropsByHookInEachRegistry() {
		KvHookMeters meters = new KvHookMeters(() -> this.hooks);
		meters.bindTo(this.first);
		meters.bindTo(this.second);
		meters.accept("a");
		meters.accept("b");
		meters.accept("a");
		assertThat(this.first.get("kv.hook.dropped").tag("hook", "a").counter().count()).isEqualTo(2);
		assertThat(this.second.get("kv.hook.dropped").tag("hook", "b").counter().count()).isEqualTo(1);
	}

	@Test
	void metersOfAClosedHookAreRemovedFromEachRegistryAndNoOthers() {
		KvHookMeters meters = new KvHookMeters(() -> this.hooks);
		meters.bindTo(this.first);
		meters.bindTo(this.second);
		meters.accept("a");
		meters.accept("b");
		this.first.counter("other", "hook", "a");
		this.first.timer("kv.hook", "hook", "a");
		meters.remove("a");
		assertThat(this.first.getMeters()).extracting((meter) -> meter.getId().getName() + meter.getId().getTags())
			.containsExactlyInAnyOrder("kv.hook.dropped[tag(hook=b)]", "other[tag(hook=a)]");
		assertThat(this.second.getMeters()).hasSize(1);
		meters.accept("a");
		assertThat(this.first.get("kv.hook.dropped").tag("hook", "a").counter().count()).isEqualTo(1);
	}

	@Test
	void meterThatIsRegisteredWhileItsHookIsClosedIsRemovedByTheNextCall() {
		KvHookMeters meters = new KvHookMeters(() -> this.hooks);
		meters.bindTo(this.first);
		// listeners are called before the registry has the meter
		this.first.config().onMeterAdded((meter) -> meters.remove("a"));
		meters.accept("a");
		meters.remove("a");
		assertThat(this.first.getMeters()).isEmpty();
	}

	@Test
	void asynchronousHooksHaveACounterFromTheStart() {
		KvHookMeters meters = new KvHookMeters(() -> this.hooks);
		meters.bindTo(this.first);
		this.hooks.register(KvHookOptions.defaults().id("queued").async(), (event) -> {
		});
		this.hooks.register(KvHookOptions.defaults().id("direct"), (event) -> {
		});
		meters.onApplicationEvent(new ContextRefreshedEvent(new StaticApplicationContext()));
		assertThat(this.first.get("kv.hook.dropped").tag("hook", "queued").counter().count()).isZero();
		assertThat(this.first.find("kv.hook.dropped").tag("hook", "direct").counter()).isNull();
	}

	@Test
	void countsNotifications() {
		new KvNotificationMeters(() -> new NotificationStatus(NotificationMode.LISTEN,
				NotificationStatus.State.LISTENING, "", false, 7, 2, null))
			.bindTo(this.first);
		assertThat(this.first.get("kv.expiry.notifications.received").functionCounter().count()).isEqualTo(7);
		assertThat(this.first.get("kv.expiry.notifications.dropped").functionCounter().count()).isEqualTo(2);
	}

}
