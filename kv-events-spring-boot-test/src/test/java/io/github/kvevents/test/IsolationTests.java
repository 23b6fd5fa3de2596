package io.github.kvevents.test;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Test methods share a context, and begin with the same state: each of these changes
 * everything, and finds nothing of what the others did.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@KvEventsTest(IsolationTests.Beans.class)
class IsolationTests {

	private static @Nullable ApplicationContext shared;

	private static @Nullable Instant start;

	@Autowired
	private ApplicationContext context;

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvTestClock clock;

	@Autowired
	private RecordedKvEvents events;

	@Autowired
	private KvHookRegistry hooks;

	@Autowired
	private KvListenerRegistry listeners;

	@Autowired
	private KvEventLogs logs;

	@Autowired
	private KvChangeLog log;

	@Autowired
	private Beans beans;

	@Test
	@Order(1)
	void first() {
		shared = this.context;
		start = this.clock.instant();
		findNothingAndChangeAll();
	}

	@Test
	@Order(2)
	void second() {
		assertThat(this.context).isSameAs(shared);
		findNothingAndChangeAll();
	}

	@Test
	@Order(3)
	void testThatSharesTheContextAtTheSameTimeIsRefused() {
		TestIsolation isolation = this.context.getBean(TestIsolation.class);
		assertThatIllegalStateException().isThrownBy(() -> isolation.begin("another test"))
			.withMessageContaining("another test can't run while")
			.withMessageContaining("@ResourceLock");
	}

	@Nested
	class InANestedClass {

		@Test
		void third() {
			assertThat(IsolationTests.this.context).isSameAs(shared);
			findNothingAndChangeAll();
		}

	}

	private void findNothingAndChangeAll() {
		assertThat(this.clock.instant()).isEqualTo(start);
		assertThat(this.events).isEmpty();
		assertThat(this.template.keys("")).containsExactly("seed:1");
		assertThat(this.template.getTimeToLive("seed:1")).contains(Duration.ofDays(1));
		assertThat(this.logs.open("audit", EventLogOptions.defaults()).tail()).isEmpty();
		assertThat(this.log.read(ReadRequest.from(StartPosition.earliest())).events()).isEmpty();
		assertThat(this.hooks.all()).singleElement().satisfies((hook) -> {
			assertThat(hook.isEnabled()).isTrue();
			assertThat(hook.getErrors().drain()).isEmpty();
		});
		KvSubscription broken = this.listeners.find("broken").orElseThrow();
		assertThat(this.listeners.all()).containsExactly(broken);
		assertThat(broken.getState()).isEqualTo(SubscriptionState.RUNNING);
		assertThat(broken.getStats().retrying()).isZero();
		int before = this.beans.calls.get();

		this.template.set("seed:1", "changed");
		this.template.set("left:1", "v", Duration.ofDays(3));
		this.template.set("broken:1", "v");
		this.clock.advance(Duration.ofDays(2));
		assertThat(this.beans.calls).hasValueGreaterThan(before);
		assertThat(broken.getStats().retrying()).isEqualTo(1);
		assertThat(this.log.read(ReadRequest.from(StartPosition.earliest())).events()).isNotEmpty();
		this.logs.open("audit", EventLogOptions.defaults()).add(Map.of("a", 1));
		this.hooks.register(KvHookOptions.defaults().id("mine"), (event) -> {
		});
		this.hooks.find("failing").orElseThrow().setEnabled(false);
		this.listeners.register("mine", ListenerOptions.defaults(), (event) -> {
		});
		broken.pause();
		assertThat(this.beans.gaps).hasValue(0);
	}

	static class Beans implements InitializingBean {

		private final KvTemplate template;

		private final AtomicInteger calls = new AtomicInteger();

		private final AtomicInteger gaps = new AtomicInteger();

		Beans(KvTemplate template) {
			this.template = template;
		}

		@Override
		public void afterPropertiesSet() {
			this.template.set("seed:1", "v", Duration.ofDays(1));
		}

		@KvHook(id = "failing", prefix = "left:")
		void fail() {
			throw new IllegalStateException("always");
		}

		@KvListener(id = "broken", prefix = "broken:")
		void broken() {
			this.calls.incrementAndGet();
			throw new IllegalStateException("always");
		}

		@EventListener
		void gap(LogGapEvent gap) {
			this.gaps.incrementAndGet();
		}

	}

}
