package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestSentinel;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What is logged, by kv-events or by the driver, when an application stops that uses
 * everything and closes nothing itself.
 */
@Timeout(120)
@ExtendWith({ TestClusterExtension.class, OutputCaptureExtension.class })
class QuietStopTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@Test
	void oneServer(CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			nothingIsLogged(using(redis), output);
		}
	}

	@Test
	void cluster(TestCluster cluster, CapturedOutput output) throws Exception {
		nothingIsLogged(use(RedisApplication.of(Application.class, cluster.nodes().get(0))
			.with("spring.data.redis.cluster.nodes=" + cluster.addresses())), output);
	}

	@Test
	void sentinel(CapturedOutput output) throws Exception {
		try (TestSentinel sentinel = TestSentinel.start()) {
			nothingIsLogged(use(RedisApplication.of(Application.class, sentinel.primary())
				.with("spring.data.redis.sentinel.master=" + TestSentinel.NAME,
						"spring.data.redis.sentinel.nodes=" + sentinel.addresses())),
					output);
		}
	}

	/**
	 * The driver's threads end while attempts to connect, which were refused, would still
	 * time out.
	 */
	@Test
	void serverThatIsGone(CapturedOutput output) throws Exception {
		String stopped;
		try (TestRedis redis = TestRedis.start()) {
			ConfigurableApplicationContext context = using(redis);
			int before = output.getAll().length();
			redis.kill();
			context.close();
			stopped = output.getAll().substring(before);
		}
		assertThat(stopped).contains("Redis doesn't answer while the application closes")
			.doesNotContain(" ERROR ", "\tat ");
	}

	private static void nothingIsLogged(ConfigurableApplicationContext context, CapturedOutput output) {
		int before = output.getAll().length();
		context.close();
		assertThat(output.getAll().substring(before)).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	private static ConfigurableApplicationContext using(TestRedis redis) throws Exception {
		return use(RedisApplication.of(Application.class, redis));
	}

	private static ConfigurableApplicationContext use(RedisApplication application) throws Exception {
		ConfigurableApplicationContext context = application
			.with("kv.events.namespace=quiet", "kv.events.log.enabled=true", "spring.data.redis.timeout=2s",
					"kv.events.expiry.notifications.mode=configure", "kv.events.hooks.shutdown-timeout=1s")
			.run();
		CountDownLatch followed = new CountDownLatch(1);
		KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
		log.tailAndFollow((entries) -> followed.countDown());
		log.add(Map.of("a", "1"));
		KvTemplate template = context.getBean(KvTemplate.class);
		KvWatch watch = template.watch(WatchOptions.all());
		template.set("order:1", "x", Duration.ofMillis(20));
		assertThat(watch.poll(PATIENCE)).isNotNull();
		await().atMost(PATIENCE).until(() -> context.getBean(Reactions.class).received.size() == 4);
		followed.await();
		return context;
	}

	static class Reactions {

		private final Set<String> received = ConcurrentHashMap.newKeySet();

		@OnKvExpired
		void expired(String key) {
			this.received.add("expired");
		}

		@KvHook(prefix = "order:", events = KvEventType.SET, async = true)
		void later(String key) {
			this.received.add("later");
		}

		@KvHook(prefix = "order:", events = KvEventType.SET, scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(String key) {
			this.received.add("everywhere");
		}

		@KvListener(id = "audit", events = KvEventType.SET)
		void audit(KvEvent event) {
			this.received.add("audit");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

}
