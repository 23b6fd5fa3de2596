package io.github.kvevents.recipes.virtual;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What runs on virtual threads, and what doesn't: the table of
 * {@code docs/recipes/virtual-threads.md}.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
@ExtendWith(TestRedisExtension.class)
class VirtualThreadsTests {

	@Test
	void hooksWithAThreadOfTheirOwnRunOnVirtualThreadsAndLoopsDoNot(TestRedis redis) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + redis.getPort(), "spring.application.name=virtual",
					"spring.threads.virtual.enabled=true", "kv.events.log.enabled=true")
			.run()) {
			Map<String, Boolean> virtual = context.getBean(Application.class).virtual;
			context.getBean(KvTemplate.class).set("order:1", "tea", Duration.ofMillis(100));
			await().until(() -> virtual.size() == 5);
			assertThat(virtual).containsExactlyInAnyOrderEntriesOf(
					Map.of("async", true, "timeout", true, "sync", false, "expired", false, "listener", false));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private final Map<String, Boolean> virtual = new ConcurrentHashMap<>();

		@KvHook(events = KvEventType.SET, async = true)
		void async(String key) {
			note("async");
		}

		@KvHook(events = KvEventType.SET, timeout = "20s")
		void timeout(String key) {
			note("timeout");
		}

		@KvHook(events = KvEventType.SET)
		void sync(String key) {
			note("sync");
		}

		@OnKvExpired
		void expired(String key) {
			note("expired");
		}

		@KvListener(id = "all")
		void listener(String key) {
			note("listener");
		}

		/** Its name in the text is all that Java 17 knows of a virtual thread. */
		private void note(String name) {
			this.virtual.put(name, Thread.currentThread().toString().startsWith("VirtualThread["));
		}

	}

}
