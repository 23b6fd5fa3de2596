package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Hooks on threads of the library don't see who happened to write first.
 */
@ExtendWith(TestRedisExtension.class)
class CallersThreadLocalsTests {

	private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();

	private final ClassLoader before = Thread.currentThread().getContextClassLoader();

	private final TestRedis redis;

	CallersThreadLocalsTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void tidyUp() {
		USER.remove();
		Thread.currentThread().setContextClassLoader(this.before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "memory" })
	void hooksInheritNothingFromTheThreadThatWritesFirst(String store) {
		try (ConfigurableApplicationContext context = RedisApplication.of(Application.class, this.redis)
			.with("spring.application.name=inherited", "kv.events.store=" + store, "kv.events.log.enabled=true")
			.run()) {
			Seen seen = context.getBean(Seen.class);
			USER.set("alice");
			Thread.currentThread().setContextClassLoader(new ClassLoader(this.before) {
			});
			context.getBean(KvTemplate.class).set("k", "1", Duration.ofMillis(300));
			await().atMost(Duration.ofSeconds(60)).until(() -> seen.by.size() == 5);
			assertThat(seen.by).containsExactlyInAnyOrder("async null", "timed null", "expired null",
					"every instance null", "listener null");
			assertThat(seen.loaders).containsOnly(this.before);
		}
	}

	static class Seen {

		final List<String> by = new CopyOnWriteArrayList<>();

		final List<ClassLoader> loaders = new CopyOnWriteArrayList<>();

		private void note(String by) {
			this.loaders.add(Thread.currentThread().getContextClassLoader());
			this.by.add(by + " " + USER.get());
		}

		@KvHook(events = KvEventType.SET, async = true)
		void async(String key) {
			note("async");
		}

		@KvHook(events = KvEventType.SET, timeout = "30s")
		void timed(String key) {
			note("timed");
		}

		@OnKvExpired
		void expired(String key) {
			note("expired");
		}

		@KvHook(events = KvEventType.SET, scope = KvHookScope.EVERY_INSTANCE)
		void everyInstance(String key) {
			note("every instance");
		}

		@KvListener(id = "seen", events = KvEventType.SET)
		void listener(String key) {
			note("listener");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Seen seen() {
			return new Seen();
		}

	}

}
