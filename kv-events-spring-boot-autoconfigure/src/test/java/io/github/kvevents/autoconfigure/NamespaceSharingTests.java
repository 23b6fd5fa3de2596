package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Which applications may use one namespace, and what all of them must have in common.
 */
@ExtendWith({ TestRedisExtension.class, OutputCaptureExtension.class })
class NamespaceSharingTests {

	private final TestRedis redis;

	NamespaceSharingTests(TestRedis redis) {
		this.redis = redis;
	}

	@Test
	void whatInstancesAgreeOnIsWrittenDown() {
		run(Shop.class, "spring.application.name=shop", "kv.events.key-prefix=app:").close();
		assertThat(meta("shop"))
			.containsExactlyInAnyOrderEntriesOf(Map.of("partitions", "1", "layout", "plain", "key-prefix", "app:",
					"application", "shop", "main-class", Shop.class.getName(), "on-purpose", "false"));
	}

	@Test
	void instancesOfOneApplicationShareItsNamespaceWithoutAWarning(CapturedOutput output) {
		try (ConfigurableApplicationContext first = run(Shop.class, "spring.application.name=shop");
				ConfigurableApplicationContext second = run(Shop.class, "spring.application.name=shop")) {
			assertThat(first.isRunning() && second.isRunning()).isTrue();
		}
		assertThat(output).doesNotContain("kv.events.namespace");
	}

	@Test
	void applicationWithoutANameIsWarned(CapturedOutput output) {
		run(Shop.class).close();
		assertThat(output).containsOnlyOnce("This application has no name and uses the namespace 'application'")
			.contains("set 'spring.application.name' or 'kv.events.namespace'");
	}

	@Test
	void anotherMainClassWithoutANameIsRefused(CapturedOutput output) {
		run(Shop.class).close();
		Map<Object, Object> before = meta("application");
		assertThatException().isThrownBy(() -> run(Billing.class));
		assertThat(output)
			.contains("Namespace 'application' is used by an application without a name with main class "
					+ Shop.class.getName() + ", and this is an application without a name with main class "
					+ Billing.class.getName() + ".")
			.contains("Set 'kv.events.namespace' of this application to a name of its own;");
		assertThat(meta("application")).isEqualTo(before);
	}

	@Test
	void anotherNameIsRefusedUnlessBothChoseTheNamespace(CapturedOutput output) {
		run(Shop.class, "spring.application.name=shop").close();
		assertThatException()
			.isThrownBy(() -> run(Billing.class, "spring.application.name=billing", "kv.events.namespace=shop"));
		assertThat(output).contains("Namespace 'shop' is used by the application 'shop'")
			.contains("and this is the application 'billing'");
		// the one that has it says that it is on purpose
		run(Shop.class, "spring.application.name=shop", "kv.events.namespace=shop").close();
		run(Billing.class, "spring.application.name=billing", "kv.events.namespace=shop").close();
		run(Shop.class, "spring.application.name=shop", "kv.events.namespace=shop").close();
	}

	@Test
	void testContextThatHasNoMainClassIsToldByItsNameAlone() {
		run(Shop.class, "spring.application.name=shop").close();
		run(Nameless.class, "spring.application.name=shop").close();
		assertThat(meta("shop")).containsEntry("main-class", Shop.class.getName());
		assertThatException()
			.isThrownBy(() -> run(Nameless.class, "spring.application.name=other", "kv.events.namespace=shop"));
	}

	@Test
	void childContextHasTheIdentityOfItsParent() {
		String[] properties = properties("spring.application.name=shop");
		SpringApplicationBuilder parent = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties(properties);
		try (ConfigurableApplicationContext outer = parent.run();
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Billing.class).parent(outer)
					.web(WebApplicationType.NONE)
					.properties(properties)
					.run()) {
			child.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1));
		}
		assertThat(meta("shop")).containsEntry("main-class", Shop.class.getName());
		run(Shop.class, "spring.application.name=shop").close();
	}

	@Test
	void releasedNamespaceIsTakenByTheNextThatStarts() {
		try (ConfigurableApplicationContext old = run(Shop.class, "spring.application.name=shop")) {
			assertThatException().isThrownBy(() -> run(Billing.class, "spring.application.name=shop"));
			this.redis.execute("HDEL", "kv-events:{shop}:meta", "application", "main-class", "on-purpose");
			try (ConfigurableApplicationContext renamed = run(Billing.class, "spring.application.name=shop")) {
				renamed.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1));
				old.getBean(KvTemplate.class).set("b", "1", Duration.ofMinutes(1));
			}
		}
		assertThat(meta("shop")).containsEntry("main-class", Billing.class.getName());
	}

	@Test
	void anotherKeyPrefixIsRefused(CapturedOutput output) {
		run(Shop.class, "spring.application.name=shop", "kv.events.key-prefix=one:").close();
		assertThatException()
			.isThrownBy(() -> run(Shop.class, "spring.application.name=shop", "kv.events.key-prefix=two:"));
		assertThat(output)
			.contains("Namespace 'shop' is used with the key prefix 'one:', but 'kv.events.key-prefix' is 'two:'.")
			.contains("Set it to 'one:', or use another 'kv.events.namespace', or stop all applications")
			.contains("the change log, the event logs, and the checkpoints and dead letters of listeners");
	}

	@Test
	void namespaceOfTheVersionBeforeIsCompleted() {
		this.redis.execute("HSET", "kv-events:{shop}:meta", "partitions", "1");
		run(Shop.class, "spring.application.name=shop").close();
		assertThat(meta("shop")).containsEntry("layout", "plain")
			.containsEntry("key-prefix", "")
			.containsEntry("application", "shop");
	}

	@Test
	void nothingIsWrittenWhereThePartitionsDiffer() {
		this.redis.execute("HSET", "kv-events:{shop}:meta", "partitions", "3");
		assertThatException().isThrownBy(() -> run(Shop.class, "spring.application.name=shop"));
		assertThat(meta("shop")).containsExactly(Map.entry("partitions", "3"));
	}

	@Test
	void checkFollowsWhereRedisWasAwayAtTheStart() {
		try (TestRedis away = TestRedis.start("appendonly", "yes", "appendfsync", "always")) {
			away.execute("HSET", "kv-events:{shop}:meta", "partitions", "1", "application", "shop", "main-class",
					Shop.class.getName());
			away.kill();
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Billing.class)
				.properties("spring.main.web-application-type=none", "spring.data.redis.port=" + away.getPort(),
						"kv.events.expiry.tracking.mode=all", "spring.application.name=shop")
				.run()) {
				away.restart();
				// until the driver has connected again, another exception comes
				await().atMost(Duration.ofMinutes(1))
					.untilAsserted(() -> assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
						.isThrownBy(() -> context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1)))
						.withMessageContaining("Namespace 'shop' is used by"));
				StringRedisTemplate redis = new StringRedisTemplate(away.connectionFactory());
				assertThat(redis.hasKey("a")).isFalse();
				assertThat(redis.hasKey("kv-events:{shop:0}:expired")).isFalse();
			}
		}
	}

	@Test
	void eventLogsOfAnotherApplicationAreNeitherWrittenNorRead() {
		EventLogOptions options = EventLogOptions.defaults();
		try (ConfigurableApplicationContext shop = run(Shop.class, "spring.application.name=shop")) {
			shop.getBean(KvEventLogs.class).open("sensors", options).add(Map.of("a", "1"));
		}
		try (ConfigurableApplicationContext other = new SpringApplicationBuilder(Billing.class)
			.properties("spring.main.web-application-type=none", "spring.data.redis.port=" + this.redis.getPort(),
					"kv.events.expiry.tracking.mode=off", "kv.events.namespace=shop")
			.run()) {
			KvEventLog log = other.getBean(KvEventLogs.class).open("sensors", options);
			List<ThrowingCallable> uses = List.of(() -> log.add(Map.of("a", "2")), log::tail,
					() -> log.tailAndFollow((batch) -> {
					}));
			for (ThrowingCallable use : uses) {
				assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class).isThrownBy(use)
					.withMessageContaining("Namespace 'shop' is used by the application 'shop'");
			}
		}
		assertThat(this.redis.execute("XLEN", "kv-events:{shop:0}:eventlog:sensors")).isEqualTo(1L);
	}

	@Test
	void namespaceThatLooksLikeAPartitionIsRefused(CapturedOutput output) {
		for (String name : List.of("shop:0", "a{b", "a}b")) {
			assertThatException().isThrownBy(() -> run(Shop.class, "kv.events.namespace=" + name));
			assertThat(output)
				.contains("Invalid value '" + name + "' for configuration property 'kv.events.namespace'");
		}
		run(Shop.class, "kv.events.namespace=a*[b]?\\c").close();
	}

	private Map<Object, Object> meta(String namespace) {
		return this.redis.template().opsForHash().entries("kv-events:{" + namespace + "}:meta");
	}

	private ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).properties(properties(properties)).run();
	}

	private String[] properties(String... properties) {
		List<String> all = new ArrayList<>(List.of("spring.main.web-application-type=none",
				"spring.data.redis.port=" + this.redis.getPort(), "kv.events.expiry.tracking.mode=all"));
		all.addAll(List.of(properties));
		return all.toArray(String[]::new);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Shop {

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Billing {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Nameless {

	}

}
