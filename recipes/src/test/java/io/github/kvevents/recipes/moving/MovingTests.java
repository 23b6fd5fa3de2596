package io.github.kvevents.recipes.moving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.recipes.moving.After.Session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The old way and the new one beside each other, in a fleet of two.
 */
class MovingTests {

	private final List<String> ended = new CopyOnWriteArrayList<>();

	@Test
	void theOldListenerIsCalledInEachInstanceWithoutAValueAndTheHookOnceWithIt() {
		Assumptions.assumeFalse(SpringBootVersion.getVersion().startsWith("4.0."), "Boot 4.0 has no such container");
		List<ConfigurableApplicationContext> fleet = new ArrayList<>();
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex", "hz", "100")) {
			fleet.add(run(redis));
			fleet.add(run(redis));
			KvTemplate template = fleet.get(0).getBean(KvTemplate.class);
			template.set("session:1", new Session("ada"), Duration.ofMillis(200));
			template.set("session:2", new Session("bob"), Duration.ofMinutes(20));
			assertThat(fleet.get(1).getBean(After.class).used("3")).isFalse();
			assertThat(fleet.get(1).getBean(After.class).used("2")).isTrue();
			await().until(() -> this.ended.size() >= 3);
			assertThat(template.getTimeToLive("session:2").orElseThrow()).isGreaterThan(Duration.ofMinutes(25));
			assertThat(this.ended).containsExactlyInAnyOrder("session:1 null", "session:1 null",
					"session:1 Session[user=ada]");
			fleet.forEach(ConfigurableApplicationContext::close);
		}
	}

	private ConfigurableApplicationContext run(TestRedis redis) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.initializers((context) -> context.getBeanFactory()
				.registerSingleton("sessions", (Sessions) (key, last) -> this.ended.add(key + " " + last)))
			.properties("spring.data.redis.port=" + redis.getPort(), "spring.application.name=moving")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Before.class, After.class })
	static class Application {

	}

}
