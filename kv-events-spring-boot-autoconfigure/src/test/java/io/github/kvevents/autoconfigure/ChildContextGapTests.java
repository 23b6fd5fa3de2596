package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.log.LogGapEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which of several contexts receive the gaps that readers of the change log meet: all
 * that receive the events.
 */
@ExtendWith(TestRedisExtension.class)
class ChildContextGapTests {

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	private static final String HOOKS = "hooks on every instance";

	private static final List<String> received = new CopyOnWriteArrayList<>();

	private final TestRedis redis;

	ChildContextGapTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void reset() {
		received.clear();
	}

	@Test
	void parentThatHasTheLogAndItsChildrenReceiveEachGapOnce() {
		try (ConfigurableApplicationContext parent = run(null, "fleet", Outer.class)) {
			try (ConfigurableApplicationContext child = run(parent, "fleet", Inner.class)) {
				lose(child, "fleet");
				await().atMost(PATIENCE)
					.untilAsserted(() -> assertThat(received).contains("outer gap of " + HOOKS, "inner gap of " + HOOKS,
							"outer gap of listener durable", "inner gap of listener durable"));
				assertThat(received).filteredOn((text) -> text.contains("gap")).hasSize(4);
			}
			received.clear();
			parent.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE),
						(event) -> received.add("hook " + event.getKey()));
			lose(parent, "fleet");
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(received).contains("outer gap of " + HOOKS));
			assertThat(received).as("the child is closed").noneMatch((text) -> text.startsWith("inner"));
		}
	}

	@Test
	void gapOfAChildThatHasItsOwnLogGoesToItsParentAndToNoSibling() {
		try (ConfigurableApplicationContext parent = new SpringApplicationBuilder(OuterAlone.class)
			.properties("spring.main.web-application-type=none")
			.run();
				ConfigurableApplicationContext child = run(parent, "one", Inner.class);
				ConfigurableApplicationContext sibling = run(parent, "two", Sibling.class)) {
			sibling.getBean(KvTemplate.class).set("s", "1");
			lose(child, "one");
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(received).contains("inner gap of " + HOOKS, "outer gap of " + HOOKS));
			assertThat(received).noneMatch((text) -> text.startsWith("sibling"));
		}
	}

	private void lose(ConfigurableApplicationContext context, String namespace) {
		KvTemplate template = context.getBean(KvTemplate.class);
		template.delete("before");
		template.set("before", "1");
		await().atMost(PATIENCE).until(() -> received.contains("hook before"));
		this.redis.execute("DEL", "kv-events:{" + namespace + ":0}:log");
		template.delete("before");
	}

	private ConfigurableApplicationContext run(@Nullable ConfigurableApplicationContext parent, String namespace,
			Class<?> application) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(application);
		return ((parent != null) ? builder.parent(parent) : builder)
			.properties("spring.main.web-application-type=none", "spring.data.redis.port=" + this.redis.getPort(),
					"kv.events.log.enabled=true", "kv.events.namespace=" + namespace)
			.run();
	}

	record Gaps(String name) {

		@EventListener
		void gap(LogGapEvent gap) {
			received.add(this.name + " gap of " + gap.getReader());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Outer {

		@Bean
		Gaps outerGaps() {
			return new Gaps("outer");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OuterAlone {

		@Bean
		Gaps outerGaps() {
			return new Gaps("outer");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Inner {

		@Bean
		Gaps innerGaps() {
			return new Gaps("inner");
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(String key) {
			received.add("hook " + key);
		}

		@KvListener(id = "durable")
		void durable(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Sibling {

		@Bean
		Gaps siblingGaps() {
			return new Gaps("sibling");
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(String key) {
		}

	}

}
