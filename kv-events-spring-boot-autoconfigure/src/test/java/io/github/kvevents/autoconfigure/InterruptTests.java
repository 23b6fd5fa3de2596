package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Code of the application that leaves the interrupt flag up makes neither what comes
 * after it nor a read of kv-events fail.
 */
@ExtendWith(TestRedisExtension.class)
class InterruptTests {

	private final TestRedis redis;

	private @Nullable ConfigurableApplicationContext context;

	InterruptTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void close() {
		Thread.interrupted();
		if (this.context != null) {
			this.context.close();
		}
	}

	private ConfigurableApplicationContext start(String store, Class<?> bean) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class, bean)
			.properties("server.port=0", "spring.data.redis.port=" + this.redis.getPort(),
					"spring.application.name=interrupts", "kv.events.store=" + store, "kv.events.log.enabled=true")
			.run();
		this.context = context;
		return context;
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void ofAGuard(String store) {
		KvTemplate template = start(store, Guards.class).getBean(KvTemplate.class);
		template.set("guarded", "1");
		assertThat(Thread.interrupted()).as("behind the operation").isTrue();
		assertThat(template.update("guarded", String.class, (value) -> value + "2")).isEqualTo(KvSetResult.UPDATED);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(template.batchSet(Map.of("guarded", "3", "other", "3"))).hasSize(2);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(template.delete("guarded")).isTrue();
		assertThat(Thread.interrupted()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void ofAHookOnEveryInstance(String store) {
		ConfigurableApplicationContext context = start(store, Everywhere.class);
		Everywhere hooks = context.getBean(Everywhere.class);
		KvTemplate template = context.getBean(KvTemplate.class);
		IntStream.range(0, 300).forEach((number) -> template.set("k" + number, "v"));
		await().until(() -> hooks.copied.size() == 300);
		assertThat(template.keys("copy:")).hasSize(300);
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void ofASpringListener(String store) {
		ConfigurableApplicationContext context = start(store, Listener.class);
		KvTemplate template = context.getBean(KvTemplate.class);
		Map<String, String> batch = new TreeMap<>();
		IntStream.range(0, 600).forEach((number) -> batch.put("k" + number, "v"));
		template.batchSet(batch);
		assertThat(template.batchDelete(batch.keySet())).isEqualTo(600);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(template.keys("copy:")).hasSize(600);
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "redis" })
	void ofAFollow(String store) {
		KvEventLog log = start(store, Guards.class).getBean(KvEventLogs.class)
			.open("interrupted", EventLogOptions.defaults());
		Follower follower = new Follower();
		log.add(Map.of("v", 0));
		log.tailAndFollow(10, follower);
		for (int number = 1; number < 100; number++) {
			log.add(Map.of("v", number));
		}
		await().until(() -> follower.values.size() == 100);
		assertThat(follower.values).isEqualTo(IntStream.range(0, 100).boxed().toList());
		assertThat(follower.errors).isEmpty();
	}

	static class Guards {

		@KvGuard
		void first(String key, KvEventType type) {
			Thread.currentThread().interrupt();
		}

		@KvGuard
		void second(String key, KvEventType type) {
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.currentThread().interrupt();
		}

	}

	static class Everywhere {

		private final List<String> copied = new CopyOnWriteArrayList<>();

		private final KvTemplate template;

		Everywhere(KvTemplate template) {
			this.template = template;
		}

		@KvHook(prefix = "k", scope = KvHookScope.EVERY_INSTANCE)
		void throwing(String key) throws InterruptedException {
			throw new InterruptedException();
		}

		@KvHook(prefix = "k", scope = KvHookScope.EVERY_INSTANCE)
		void copying(String key) {
			this.template.set("copy:" + key, "v");
			this.copied.add(key);
			Thread.currentThread().interrupt();
		}

	}

	static class Listener {

		private final KvTemplate template;

		Listener(KvTemplate template) {
			this.template = template;
		}

		@EventListener
		void onDelete(KvDeleteEvent event) throws InterruptedException {
			this.template.set("copy:" + event.getKey(), "v");
			throw new InterruptedException();
		}

	}

	static class Follower implements FollowListener {

		private final List<Integer> values = new CopyOnWriteArrayList<>();

		private final List<Throwable> errors = new CopyOnWriteArrayList<>();

		@Override
		public void onEntries(List<LogEntry> entries) {
			entries.forEach((entry) -> this.values.add(entry.get("v", Integer.class)));
			Thread.currentThread().interrupt();
		}

		@Override
		public void onGap(FollowGap gap) {
			this.errors.add(new IllegalStateException(gap.toString()));
		}

		@Override
		public void onDeleted(@Nullable EntryId lastDelivered) {
			this.errors.add(new IllegalStateException("deleted"));
		}

		@Override
		public void onError(Throwable error) {
			this.errors.add(error);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
