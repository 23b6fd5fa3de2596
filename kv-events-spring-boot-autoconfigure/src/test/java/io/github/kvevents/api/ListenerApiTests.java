package io.github.kvevents.api;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.autoconfigure.KvEventsAutoConfiguration;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.listener.KvEventHandler;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.listener.SubscriptionState;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The public names of durable listeners: what is compiled here must still compile.
 */
class ListenerApiTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
		.withPropertyValues("kv.events.store=memory", "kv.events.log.enabled=true", "app.prefix=order:")
		.withBean(Listeners.class);

	@Test
	void vocabulary() {
		assertThat(StartAt.values()).containsExactly(StartAt.EARLIEST, StartAt.LATEST);
		assertThat(OnExhausted.values()).containsExactly(OnExhausted.BLOCK, OnExhausted.SKIP, OnExhausted.DEAD_LETTER);
		assertThat(SubscriptionState.values()).containsExactly(SubscriptionState.IDLE, SubscriptionState.RUNNING,
				SubscriptionState.PAUSED, SubscriptionState.STOPPING, SubscriptionState.STOPPED);
		ListenerOptions defaults = ListenerOptions.defaults();
		assertThat(defaults.getBatchSize()).isEqualTo(100);
		assertThat(defaults.getConcurrency()).isEqualTo(1);
		assertThat(defaults.getInitialBackoff()).isEqualTo(Duration.ofMillis(200));
		assertThat(defaults.getMaxBackoff()).isEqualTo(Duration.ofMinutes(3));
		assertThat(defaults.getMaxAttempts()).isZero();
		assertThat(defaults.getOnExhausted()).isEqualTo(OnExhausted.BLOCK);
		assertThat(defaults.getStartAt()).isEqualTo(StartAt.EARLIEST);
	}

	@Test
	void subscription() {
		this.runner.run((context) -> {
			KvListenerRegistry registry = context.getBean(KvListenerRegistry.class);
			Queue<KvEvent> heard = new ConcurrentLinkedQueue<>();
			KvEventHandler handler = heard::add;
			ListenerOptions options = ListenerOptions.defaults()
				.events(KvEventType.SET)
				.changes(KvChange.CREATED, KvChange.UPDATED)
				.filter(KeyFilter.prefix("a"))
				.startAt(StartAt.LATEST)
				.batchSize(7)
				.concurrency(2)
				.initialBackoff(Duration.ofMillis(3))
				.maxBackoff(Duration.ofMillis(9))
				.maxAttempts(4)
				.onExhausted(OnExhausted.SKIP);
			KvSubscription subscription = registry.register("api", options, handler);
			await().until(() -> subscription.getState() == SubscriptionState.RUNNING);
			context.getBean(KvTemplate.class).set("a", "1");
			await().until(() -> heard.size() == 1);
			KvListenerStats stats = subscription.getStats();
			assertThat(stats.processed()).isEqualTo(1);
			KvPosition position = heard.element().getPosition();
			assertThat(position).isNotNull();
			subscription.checkpoint(position);
			for (StartPosition start : List.of(StartPosition.earliest(), StartPosition.latest(),
					StartPosition.at(position), StartPosition.after(position))) {
				subscription.seek(start);
			}
			subscription.pause();
			subscription.resume();
			Optional<KvSubscription> found = registry.find("api");
			Collection<KvSubscription> all = registry.all();
			assertThat(found).contains(subscription);
			assertThat(all).extracting(KvSubscription::getId).containsExactlyInAnyOrder("full", "second", "api");
			AutoCloseable closeable = subscription;
			closeable.close();
			subscription.remove();
			assertThat(registry.find("api")).isEmpty();
		});
	}

	static class Listeners {

		@KvListener(id = "full", events = { KvEventType.SET, KvEventType.DELETE }, changes = KvChange.CREATED,
				prefix = "${app.prefix}", suffix = "1", keys = "order:1", regex = "[0-9]", filter = "",
				startAt = StartAt.EARLIEST, batchSize = 50, concurrency = 3, initialBackoff = "1s", maxBackoff = "PT2S",
				maxAttempts = 3, onExhausted = OnExhausted.DEAD_LETTER)
		@KvListener(id = "second")
		void on(String key, KvEventType type, byte @Nullable [] value, KvEvent event) {
		}

	}

	static class Handler implements KvEventHandler {

		@Override
		public void onEvent(KvEvent event) throws Exception {
		}

		@Override
		public void onGap(LogGapEvent gap) {
		}

	}

}
