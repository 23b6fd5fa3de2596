package io.github.kvevents.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.ValueOperations;

import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Whole applications on a real Redis.
 */
@ExtendWith({ TestRedisExtension.class, OutputCaptureExtension.class })
class RedisApplicationTests {

	@Test
	void annotatedMethodsAndListenersAreCalled(TestRedis redis) {
		try (ConfigurableApplicationContext context = run(redis)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			Reactions reactions = context.getBean(Reactions.class);
			template.set("order:1", new Order("pending"));
			template.set("invoice:1", new Order("other"));
			assertThat(reactions.hooks).containsExactly("order:1=pending");
			assertThat(reactions.listeners).containsExactly("invoice:1");
			assertThat(redis.template().opsForValue().get("shop:order:1")).isEqualTo("{\"status\":\"pending\"}");
		}
	}

	@Test
	void hooksReceiveExpiriesOfOtherClientsKeysInTheSelectedDatabase(TestRedis redis) throws InterruptedException {
		try (ConfigurableApplicationContext context = run(redis, "kv.events.expiry.notifications.mode=configure",
				"spring.data.redis.database=3")) {
			ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
			Awaitility.await()
				.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
						&& bridge.getStatus().missingFlags().isEmpty());
			ValueOperations<String, String> here = context.getBean(StringRedisTemplate.class).opsForValue();
			redis.template().opsForValue().set("shop:basket:elsewhere", "x", Duration.ofMillis(1));
			here.set("other:7", "x", Duration.ofMillis(1));
			here.set("shop:basket:7", "x", Duration.ofMillis(20));
			BlockingQueue<String> expired = context.getBean(Reactions.class).expired;
			assertThat(expired.poll(20, TimeUnit.SECONDS)).isEqualTo("basket:7");
			assertThat(expired).isEmpty();
		}
		finally {
			redis.execute("CONFIG", "SET", "notify-keyspace-events", "");
		}
	}

	@Test
	void hooksReceiveExpiriesOnTimeWithTheLastValue(TestRedis redis) throws InterruptedException {
		try (ConfigurableApplicationContext context = run(redis, "kv.events.namespace=fleet")) {
			context.getBean(KvTemplate.class).set("basket:8", "full", Duration.ofMillis(30));
			assertThat(context.getBean(Reactions.class).expired.poll(20, TimeUnit.SECONDS)).isEqualTo("basket:8");
			assertThat(redis.template().opsForHash().get("kv-events:{fleet}:meta", "partitions")).isEqualTo("1");
		}
	}

	@Test
	void anotherNumberOfPartitionsStopsStartUp(TestRedis redis, CapturedOutput output) {
		redis.execute("HSET", "kv-events:{sized}:meta", "partitions", "3");
		assertThatException().isThrownBy(() -> run(redis, "kv.events.namespace=sized", "kv.events.partitions=5"));
		assertThat(output).contains("Namespace 'sized' is kept in 3 partitions, but 'kv.events.partitions' is 5.")
			.contains("Set it to 3, or use another 'kv.events.namespace', or stop all applications");
		assertThat(redis.template().keys("kv-events:*")).containsExactly("kv-events:{sized}:meta");
		run(redis, "kv.events.namespace=sized", "kv.events.partitions=3").close();
	}

	@Test
	void aServerThatNeverAnswersDoesNotStopStartUp() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				ConfigurableApplicationContext context = RedisApplication.of(Application.class, silent.getLocalPort())
					.with("spring.data.redis.timeout=300ms", "spring.data.redis.connect-timeout=300ms")
					.run()) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@Test
	void nothingConnectsBeforeItIsNeeded() {
		try (TestRedis redis = TestRedis.start()) {
			long before = redis.connectionsReceived();
			try (ConfigurableApplicationContext context = RedisApplication.of(Quiet.class, redis)
				.with(properties(redis))
				.run()) {
				assertThat(redis.connectionsReceived()).isEqualTo(before);
				context.getBean(KvTemplate.class).set("a", "1");
				assertThat(redis.connectionsReceived()).isEqualTo(before + 1);
			}
		}
	}

	@Test
	void startsWhileRedisIsAwayAndSaysSo() {
		try (TestRedis redis = TestRedis.start()) {
			redis.kill();
			try (ConfigurableApplicationContext context = run(redis)) {
				KvEventsHealthIndicator health = context.getBean("kvEventsHealthContributor",
						KvEventsHealthIndicator.class);
				assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.health().getDetails()).containsEntry("store", "redis");
				redis.restart();
				Awaitility.await().until(() -> health.health().getStatus().equals(Status.UP));
				assertThat(health.health().getDetails()).containsEntry("version", redis.version());
				context.getBean(KvTemplate.class).set("order:1", new Order("pending"));
				assertThat(context.getBean(Reactions.class).hooks).containsExactly("order:1=pending");
			}
		}
	}

	@Test
	void hooksAreCalledWithLazyInitialization(TestRedis redis) {
		try (ConfigurableApplicationContext context = run(redis, "spring.main.lazy-initialization=true")) {
			context.getBean(KvTemplate.class).set("order:1", new Order("pending"));
			assertThat(context.getBean(Reactions.class).hooks).containsExactly("order:1=pending");
			assertThat(context.getBean(KvHookRegistry.class).find("again")).isPresent();
			assertThat(context.getBean(ExpiryNotificationBridge.class).isRunning()).isTrue();
		}
	}

	@Test
	void childHasNothingOfItsOwnThatUsesRedis(TestRedis redis) {
		try (ConfigurableApplicationContext parent = run(redis, "kv.events.log.enabled=true");
				ConfigurableApplicationContext child = new SpringApplicationBuilder(ChildContextTests.Child.class)
					.parent(parent)
					.properties(properties(redis))
					.properties("spring.application.name=child", "kv.events.log.enabled=true")
					.run()) {
			assertThat(child.getBeanDefinitionNames()).filteredOn((name) -> name.matches("kv[A-Z].*"))
				.containsExactlyInAnyOrder("kvHookBeanPostProcessor", "kvHookLazyInitializationExcludeFilter",
						"kvLateBeans", "kvChildContextListeners", "kvListenerBeanPostProcessor",
						"kvHookMetersCustomizer");
			parent.getBean(KvTemplate.class).set("order:1", new Order("pending"));
			assertThat(parent.getBean(Reactions.class).hooks).containsExactly("order:1=pending");
			assertThat(ChildContextTests.calls).containsExactlyInAnyOrder("child order:1", "child listener order:1");
		}
		finally {
			ChildContextTests.calls.clear();
		}
	}

	@Test
	void unusualKeysReachHooksWhicheverClientWroteThem(TestRedis redis) throws InterruptedException {
		try (ConfigurableApplicationContext context = run(redis, "kv.events.expiry.notifications.mode=configure",
				"kv.events.namespace=unusual")) {
			ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
			Awaitility.await()
				.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
						&& bridge.getStatus().missingFlags().isEmpty());
			BlockingQueue<String> expired = context.getBean(Reactions.class).expired;
			for (String key : List.of("{a} b\r\n\u0000*?\ud83d\ude80", "k".repeat(1 << 20))) {
				context.getBean(KvTemplate.class).set("tracked" + key, "x", Duration.ofMillis(10));
				assertThat(expired.poll(20, TimeUnit.SECONDS)).isEqualTo("tracked" + key);
				redis.template().opsForValue().set("shop:others" + key, "x", Duration.ofMillis(10));
				assertThat(expired.poll(20, TimeUnit.SECONDS)).isEqualTo("others" + key);
			}
			assertThat(expired).isEmpty();
		}
		finally {
			redis.execute("CONFIG", "SET", "notify-keyspace-events", "");
		}
	}

	@Test
	void leavesTheTemplatesOfTheApplicationAlone(TestRedis redis) {
		try (ConfigurableApplicationContext context = run(redis)) {
			context.getBean(StringRedisTemplate.class).opsForValue().set("plain", "1");
			assertThat(redis.template().opsForValue().get("plain")).isEqualTo("1");
		}
	}

	private static ConfigurableApplicationContext run(TestRedis redis, String... properties) {
		return RedisApplication.of(Application.class, redis).with(properties(redis)).with(properties).run();
	}

	private static String[] properties(TestRedis redis) {
		return new String[] { "spring.main.web-application-type=none", "spring.data.redis.port=" + redis.getPort(),
				"spring.data.redis.timeout=2s", "spring.data.redis.connect-timeout=2s", "kv.events.key-prefix=shop:" };
	}

	record Order(String status) {
	}

	static class Reactions {

		private final List<String> hooks = new ArrayList<>();

		private final List<String> listeners = new ArrayList<>();

		private final BlockingQueue<String> expired = new LinkedBlockingQueue<>();

		@KvHook(prefix = "order:")
		void onOrder(String key, Order order) {
			this.hooks.add(key + "=" + order.status());
		}

		@EventListener(condition = "#event.key.startsWith('invoice:')")
		void onInvoice(KvSetEvent event) {
			this.listeners.add(event.getKey());
		}

		@OnKvExpired
		void onExpired(KvExpiredEvent event) {
			this.expired.add(event.getKey());
		}

	}

	static class Repeated {

		@KvHook(id = "again", keys = "x")
		@KvHook(id = "and-again", keys = "y")
		void changed() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

		@Bean
		Repeated repeated() {
			return new Repeated();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Quiet {

	}

}
