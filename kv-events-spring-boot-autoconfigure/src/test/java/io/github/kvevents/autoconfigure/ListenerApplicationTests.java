package io.github.kvevents.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.actuate.KvListenerMeters;
import io.github.kvevents.actuate.KvListenersEndpoint;
import io.github.kvevents.actuate.KvListenersEndpoint.ListenerDescriptor;
import io.github.kvevents.autoconfigure.HookConfiguration.HookDefinitionFailureAnalyzer;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHookDefinitionException;
import io.github.kvevents.hook.KvPreviousValue;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.store.ChangeLogStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Annotated listeners in an application, and what an operator sees of them.
 */
class ListenerApplicationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(KvEventsAutoConfiguration.class, KvListenersEndpointAutoConfiguration.class,
						KvMetricsAutoConfiguration.class, KvHealthContributorAutoConfiguration.class))
		.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
		.withPropertyValues("kv.events.store=memory", "kv.events.log.enabled=true", "kv.events.instance-id=one",
				"kv.events.listener.lease=1m", "app.backoff=1ms", "app.id=orders",
				"management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*");

	@Test
	void annotatedMethodsHear() {
		this.runner.withBean(Listeners.class).run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			Listeners listeners = context.getBean(Listeners.class);
			template.set("order:1", new Order(7));
			template.set("order:1", new Order(8));
			template.set("other", new Order(9));
			template.delete("order:1");
			await().until(() -> listeners.heard.size() == 5);
			assertThat(listeners.heard).containsExactlyInAnyOrder("SET order:1 7 null", "SET order:1 8 7",
					"all order:1", "all order:1", "all order:1");
			assertThat(context.getBean(KvListenerRegistry.class).all()).extracting(KvSubscription::getId)
				.containsExactlyInAnyOrder("orders", "everything", "quiet");
			KvSubscription orders = context.getBean(KvListenerRegistry.class).find("orders").orElseThrow();
			assertThat(orders.getOptions().getBatchSize()).isEqualTo(11);
			assertThat(orders.getOptions().getConcurrency()).isEqualTo(3);
			assertThat(orders.getOptions().getInitialBackoff()).isEqualTo(Duration.ofMillis(1));
			assertThat(orders.getOptions().getMaxBackoff()).isEqualTo(Duration.ofMillis(5));
			assertThat(orders.getOptions().getMaxAttempts()).isEqualTo(2);
			assertThat(orders.getOptions().getOnExhausted()).isEqualTo(OnExhausted.DEAD_LETTER);
			assertThat(orders.getOptions().getStartAt()).isEqualTo(StartAt.EARLIEST);
			assertThat(context.getBean(KvListenerRegistry.class).find("quiet").orElseThrow().getOptions().getEvents())
				.containsExactly(KvEventType.SET);
		});
	}

	@Test
	void whatCanNotBeDecodedIsADeadLetter() {
		this.runner.withBean(Listeners.class).run((context) -> {
			context.getBean(KvTemplate.class).set("order:2", "no order");
			KvSubscription orders = context.getBean(KvListenerRegistry.class).find("orders").orElseThrow();
			await().until(() -> orders.getDeadLetters().count() == 1);
			KvDeadLetter letter = orders.getDeadLetters().list(3).get(0);
			assertThat(letter.error()).isEqualTo(KvCodecException.class.getName());
			assertThat(letter.attempts()).isEqualTo(2);
			assertThat(letter.event().getValue(String.class)).isEqualTo("no order");
		});
	}

	@Test
	void listenersEndBeforeTheApplication() {
		this.runner.withBean(Listeners.class).run((context) -> {
			KvSubscription subscription = context.getBean(KvListenerRegistry.class).find("orders").orElseThrow();
			await().until(() -> subscription.getState() == SubscriptionState.RUNNING);
			context.getSourceApplicationContext().close();
			assertThat(subscription.getState()).isEqualTo(SubscriptionState.STOPPED);
		});
	}

	@Test
	void withoutTheLogStartUpSaysWhatToSet() {
		this.runner.withBean(Listeners.class).withPropertyValues("kv.events.log.enabled=false").run((context) -> {
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("Bean: ", "Listeners.", "@KvListener", "change log is off");
			assertThat(analysis.getAction()).contains("kv.events.log.enabled=true");
		});
		this.runner.withPropertyValues("kv.events.log.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(KvListenerRegistry.class)
				.doesNotHaveBean(KvListenersEndpoint.class)
				.doesNotHaveBean(KvListenerMeters.class));
	}

	@Test
	void whatCanNotWorkStopsStartUp() {
		assertRefused(BadBackoff.class, "@KvListener(initialBackoff)", "'soon' is not a duration");
		assertRefused(BadMaximum.class, "@KvListener(maxBackoff)", "'0s' is not more than zero");
		assertRefused(BadBatch.class, "@KvListener(batchSize)", "'batchSize' must be from 1 to 10000 but was 0");
		assertRefused(BadAttempts.class, "@KvListener(maxAttempts)", "'maxAttempts' must be 0 (no limit) or more");
		assertRefused(SameId.class, "@KvListener(id)", "there is another listener with the id 'same'");
		assertRefused(OnlyUnchanged.class, "@KvListener(changes)",
				"[UNCHANGED] never come with [SET, SET_RAW, BATCH_SET] from the change log");
		assertRefused(BlankId.class, "@KvListener(id)", "' ' is blank");
		assertRefused(Returning.class, "return type", "nobody would take what is returned");
		this.runner.withPropertyValues("kv.events.listener.lease=1ms")
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("kv.events.listener.lease"));
	}

	@Test
	void valueOfAnExpiryIsRefusedWhereNoneIsKept() {
		this.runner.withPropertyValues("kv.events.expiry.tracking.last-value=never")
			.withBean(OnlyExpiries.class)
			.run((context) -> {
				FailureAnalysis analysis = analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("Method: OnlyExpiries.", "parameter 'order'",
						"'kv.events.expiry.tracking.last-value' is 'never'");
			});
		this.runner.withPropertyValues("kv.events.expiry.tracking.last-value=never")
			.withBean(Listeners.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.runner.withBean(OnlyExpiries.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whatTheLogNeverHasIsRefused() {
		this.runner.run((context) -> {
			KvListenerRegistry listeners = context.getBean(KvListenerRegistry.class);
			assertThatIllegalArgumentException().isThrownBy(() -> listeners.register("never",
					ListenerOptions.defaults().changes(KvChange.UNCHANGED), (event) -> {
					}))
				.withMessage("'changes' can't be served: [UNCHANGED] never come with [SET, SET_RAW, DELETE, "
						+ "BATCH_SET, BATCH_DELETE, EXPIRED] from the change log. The log has no entry for a value "
						+ "that was set to what it was: only a @KvHook of the instance that sets it, with the scope "
						+ "ONE_INSTANCE, receives that");
			assertThatIllegalArgumentException().isThrownBy(() -> listeners.register("never",
					ListenerOptions.defaults().events(KvEventType.EXPIRED).changes(KvChange.CREATED), (event) -> {
					}))
				.withMessage("'changes' can't be served: [CREATED] never come with [EXPIRED] from the change log. "
						+ "Only a delete or an expiry is REMOVED: change events or changes");
			assertThatIllegalArgumentException().isThrownBy(() -> listeners.register("never",
					ListenerOptions.defaults().events(KvEventType.SET).changes(KvChange.UNCHANGED, KvChange.REMOVED),
					(event) -> {
					}));
			assertThat(listeners.find("never")).isEmpty();
			listeners.register("mixed", ListenerOptions.defaults().changes(KvChange.UNCHANGED, KvChange.CREATED),
					(event) -> {
					});
			assertThat(listeners.find("mixed")).isPresent();
		});
	}

	private void assertRefused(Class<?> bean, String attribute, String reason) {
		this.runner.withBean(bean).run((context) -> {
			FailureAnalysis analysis = analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("Method: " + bean.getSimpleName() + ".", attribute, reason);
		});
	}

	private static FailureAnalysis analyze(@Nullable Throwable failure) {
		assertThat(failure).isNotNull();
		Throwable cause = failure;
		while (!(cause instanceof KvHookDefinitionException)) {
			cause = cause.getCause();
			assertThat(cause).as("cause of %s", failure).isNotNull();
		}
		FailureAnalysis analysis = new HookDefinitionFailureAnalyzer().analyze(cause);
		assertThat(analysis).isNotNull();
		return analysis;
	}

	@Test
	void endpointShowsAndActs() {
		this.runner.withBean(Failing.class).run((context) -> {
			KvListenersEndpoint endpoint = context.getBean(KvListenersEndpoint.class);
			Failing failing = context.getBean(Failing.class);
			context.getBean(KvTemplate.class).set("secret-key", "secret-value");
			await().until(() -> Long.valueOf(1).equals(one(endpoint).deadLetters()));
			assertThat(one(endpoint).toString()).doesNotContain("secret");
			assertThat(one(endpoint).lastError()).isEqualTo(IllegalStateException.class.getName());
			assertThat(one(endpoint).partitions()).hasSize(1)
				.allMatch((partition) -> "one".equals(partition.owner()) && !partition.paused());
			assertThat(act(endpoint, "pause", null).state()).isEqualTo(SubscriptionState.PAUSED);
			assertThat(act(endpoint, "resume", null).state()).isEqualTo(SubscriptionState.RUNNING);
			failing.broken = false;
			assertThat(act(endpoint, "redrive", 5).deadLetters()).isZero();
			assertThat(failing.heard).containsExactly("secret-key");
			endpoint.act("failing", "seek", "earliest", null);
			await().until(() -> failing.heard.size() == 2);
			endpoint.act("failing", "seek", one(endpoint).partitions().get(0).checkpoint(), null);
			await().until(() -> failing.heard.size() == 3);
			assertThat(endpoint.listener("unknown")).isNull();
			assertThat(endpoint.act("unknown", "pause", null, null)).isNull();
			assertThat(endpoint.listeners().listeners()).hasSize(1);
			assertInvalid(endpoint, "stop", null, null, "'action' must be");
			assertInvalid(endpoint, "seek", null, null, "'position' must be given");
			assertInvalid(endpoint, "seek", "nowhere", null, "nowhere");
			assertInvalid(endpoint, "redrive", null, 0, "'limit' must be positive");
		});
	}

	private static ListenerDescriptor act(KvListenersEndpoint endpoint, String action, @Nullable Integer limit) {
		return Objects.requireNonNull(endpoint.act("failing", action, null, limit));
	}

	private static ListenerDescriptor one(KvListenersEndpoint endpoint) {
		ListenerDescriptor listener = endpoint.listener("failing");
		assertThat(listener).isNotNull();
		return listener;
	}

	private static void assertInvalid(KvListenersEndpoint endpoint, String action, @Nullable String position,
			@Nullable Integer limit, String reason) {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> endpoint.act("failing", action, position, limit))
			.withMessageContaining(reason);
	}

	@Test
	void metersAndHealthTell() {
		this.runner.withBean(Blocked.class).run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			context.getBean(KvListenerMeters.class).bindTo(meters);
			context.getBean(KvTemplate.class).set("secret-key", "secret-value");
			context.getBean(KvTemplate.class).set("behind", "1");
			await().until(
					() -> meters.get("kv.listener.failed").tag("listener", "blocked").functionCounter().count() > 12);
			await().until(() -> meters.get("kv.listener.lag").gauge().value() == 2);
			assertThat(meters.get("kv.listener.processed").functionCounter().count()).isZero();
			assertThat(meters.get("kv.listener.deadletters").functionCounter().count()).isZero();
			KvEventsHealthIndicator health = context.getBean(KvEventsHealthIndicator.class);
			await().untilAsserted(() -> assertThat(String.valueOf(health.health().getDetails().get("warnings")))
				.contains("Listener 'blocked' is held up", "IllegalStateException")
				.doesNotContain("secret"));
			assertThat(health.health().getStatus()).isEqualTo(Status.UP);
			context.getBean(KvListenerRegistry.class).find("blocked").orElseThrow().remove();
			assertThat(health.health().getDetails()).doesNotContainKey("warnings");
		});
	}

	@Test
	void listenerThatIsRegisteredLaterHasMeters() {
		this.runner.run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			context.getBean(KvListenerMeters.class).bindTo(meters);
			KvListenerRegistry listeners = context.getBean(KvListenerRegistry.class);
			KvSubscription first = listeners.register("late", ListenerOptions.defaults(), (event) -> {
			});
			context.getBean(KvTemplate.class).set("a", "1");
			await().until(
					() -> meters.get("kv.listener.processed").tag("listener", "late").functionCounter().count() == 1);
			first.remove();
			assertThat(meters.find("kv.listener.lag").gauge()).isNull();
			listeners.register("late", ListenerOptions.defaults(), (event) -> {
			});
			await().until(() -> meters.get("kv.listener.processed").functionCounter().count() == 1);
		});
	}

	@Test
	void gapIsAnApplicationEvent() {
		this.runner.withBean(Gaps.class).withBean(Listeners.class).run((context) -> {
			ListenerEngine engine = context.getBean(ListenerEngine.class);
			KvSubscription subscription = engine.find("everything").orElseThrow();
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("other", "1");
			await().until(() -> subscription.getStatus().lag() == 0);
			subscription.pause();
			for (int number = 0; number < 5; number++) {
				template.set("other", "v" + number);
			}
			ChangeLogStore log = context.getBean(ChangeLogStore.class);
			log.trim(log.getState(0).last());
			subscription.resume();
			Gaps gaps = context.getBean(Gaps.class);
			await().until(() -> gaps.readers.contains("listener everything"));
		});
	}

	record Order(int count) {
	}

	static class Listeners {

		final Queue<String> heard = new ConcurrentLinkedQueue<>();

		@KvListener(id = "${app.id}", events = KvEventType.SET, prefix = "order:", regex = "[0-9]", concurrency = 3,
				batchSize = 11, initialBackoff = "${app.backoff}", maxBackoff = "PT0.005S", maxAttempts = 2,
				onExhausted = OnExhausted.DEAD_LETTER)
		void orders(KvEventType type, String key, Order order, @KvPreviousValue Order before) {
			this.heard.add(type + " " + key + " " + order.count() + " " + ((before != null) ? before.count() : null));
		}

		@KvListener(id = "everything", prefix = "order:")
		@KvListener(value = KvEventType.SET, id = "quiet", keys = "nobody", startAt = StartAt.LATEST)
		void all(KvEvent event) {
			this.heard.add("all " + event.getKey());
		}

	}

	static class Gaps {

		final Queue<String> readers = new ConcurrentLinkedQueue<>();

		@EventListener
		void onGap(LogGapEvent gap) {
			this.readers.add(gap.getReader());
		}

	}

	static class Failing {

		final Queue<String> heard = new ConcurrentLinkedQueue<>();

		volatile boolean broken = true;

		@KvListener(id = "failing", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void on(String key, @KvValue String value) {
			if (this.broken) {
				throw new IllegalStateException(value);
			}
			this.heard.add(key);
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@KvListener(id = "blocked", initialBackoff = "1ms", maxBackoff = "2ms")
	@interface BlockedListener {

	}

	static class Blocked {

		@BlockedListener
		void on(@KvValue String value) {
			throw new IllegalStateException(value);
		}

	}

	static class OnlyExpiries {

		@KvListener(id = "expiries", events = KvEventType.EXPIRED)
		void on(Integer order) {
		}

	}

	static class BadBackoff {

		@KvListener(id = "bad", initialBackoff = "soon")
		void on(KvEvent event) {
		}

	}

	static class BadMaximum {

		@KvListener(id = "bad", maxBackoff = "0s")
		void on(KvEvent event) {
		}

	}

	static class BadBatch {

		@KvListener(id = "bad", batchSize = 0)
		void on(KvEvent event) {
		}

	}

	static class OnlyUnchanged {

		@KvListener(id = "bad", changes = KvChange.UNCHANGED)
		void on(KvSetEvent event) {
		}

	}

	static class BadAttempts {

		@KvListener(id = "bad", maxAttempts = -1)
		void on(KvEvent event) {
		}

	}

	static class SameId {

		@KvListener(id = "same")
		@KvListener(id = "same", prefix = "a")
		void on(KvEvent event) {
		}

	}

	static class BlankId {

		@KvListener(id = " ")
		void on(KvEvent event) {
		}

	}

	static class Returning {

		@KvListener(id = "returning")
		List<String> on(KvEvent event) {
			return List.of();
		}

	}

}
