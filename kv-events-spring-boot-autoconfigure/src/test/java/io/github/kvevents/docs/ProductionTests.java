package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.api.async.RedisAclAsyncCommands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that uses everything, as the user of Redis that the documents propose.
 */
class ProductionTests {

	private static final Path DOCS = Path.of("..", "docs");

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void theUserMayDoWhatAnApplicationNeedsAndNothingIsDenied(CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex")) {
			redis.execute("ACL", user("production.md"));
			try (ConfigurableApplicationContext context = start("spring.data.redis.port=" + redis.getPort())) {
				useEverything(context, redis.template());
				// shared, pages, one for the expiries of each partition, notifications,
				// change log, event logs
				assertThat(connections(redis)).isEqualTo(1 + 1 + 3 + 1 + 1 + 1);
				assertThat(output).contains("    connections    up to 8 of its own");
				assertThat(context.getBean(KvEventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
			}
			assertThat(denied(redis)).isEmpty();
		}
	}

	@Test
	@ExtendWith(TestClusterExtension.class)
	void theUserOfAClusterMayDoWhatAnApplicationNeedsAndNothingIsDenied(TestCluster cluster) throws Exception {
		for (TestRedis node : cluster.primaries()) {
			node.execute("CONFIG", "SET", "notify-keyspace-events", "Ex");
			node.execute("ACL", user("cluster.md"));
			node.execute("ACL", "LOG", "RESET");
		}
		try (ConfigurableApplicationContext context = start("spring.data.redis.cluster.nodes=" + cluster.addresses())) {
			useEverything(context, new StringRedisTemplate(cluster.connectionFactory()));
			assertThat(context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class).health().getStatus())
				.isEqualTo(Status.UP);
		}
		finally {
			for (TestRedis node : cluster.primaries()) {
				node.execute("CONFIG", "SET", "notify-keyspace-events", "");
				node.execute("ACL", "SETUSER", "shop", "reset");
			}
		}
		for (TestRedis node : cluster.primaries()) {
			assertThat(denied(node)).isEmpty();
		}
	}

	private static long connections(TestRedis redis) {
		return String.valueOf(redis.execute("CLIENT", "LIST"))
			.lines()
			.filter((client) -> client.contains(" user=shop "))
			.count();
	}

	private static List<Map<String, Object>> denied(TestRedis redis) throws Exception {
		try (RedisConnection connection = redis.connectionFactory().getConnection()) {
			return ((RedisAclAsyncCommands<?, ?>) connection.getNativeConnection()).aclLog().get();
		}
	}

	private static String[] user(String page) throws IOException {
		Matcher rule = Pattern.compile("^ACL (SETUSER shop .*)$", Pattern.MULTILINE)
			.matcher(Files.readString(DOCS.resolve(page)));
		assertThat(rule.find()).isTrue();
		return rule.group(1).split(" ");
	}

	private static void useEverything(ConfigurableApplicationContext context, StringRedisTemplate redis) {
		KvTemplate template = context.getBean(KvTemplate.class);
		Reactions reactions = context.getBean(Reactions.class);
		try (KvWatch watch = template.watch(WatchOptions.prefix("order:").initialReplay())) {
			template.set("order:1", "a", Duration.ofMillis(40));
			template.batchSet(Map.of("order:2", "b", "order:3", "c"));
			assertThat(template.update("order:2", String.class, (value) -> value + "!")).isNotNull();
			assertThat(template.compareAndSet("order:3", "c", "d")).isTrue();
			assertThat(template.expire("order:3", Duration.ofMinutes(7))).isTrue();
			assertThat(template.persist("order:3")).isTrue();
			assertThat(template.keys("order:")).contains("order:2", "order:3");
			assertThat(template.delete("order:2")).isTrue();
			redis.opsForValue().set("shop:foreign", "x", Duration.ofMillis(30));
			await().until(() -> reactions.expired.contains("order:1"));
			await().until(() -> reactions.expired.contains("foreign"));
			await().until(() -> reactions.everywhere.contains("DELETE order:2"));
			await().until(() -> context.getBean(KvListenerRegistry.class)
				.find("audit")
				.orElseThrow()
				.getDeadLetters()
				.count() > 0);
			assertThat(Objects.requireNonNull(watch.poll(Duration.ofSeconds(10))).getKey()).startsWith("order:");
		}
		assertThat(context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
			.isNotEmpty();
		KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults().maxLength(20));
		Queue<LogEntry> followed = new ConcurrentLinkedQueue<>();
		log.tailAndFollow(followed::addAll);
		log.add(Map.of("celsius", 21));
		await().until(() -> followed.size() == 1);
	}

	private static ConfigurableApplicationContext start(String address) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(address, "spring.data.redis.username=shop", "spring.data.redis.password=secret",
					"kv.events.key-prefix=shop:", "kv.events.log.enabled=true", "kv.events.namespace=shop",
					"kv.events.partitions=3")
			.run();
	}

	static class Reactions {

		private final Queue<String> expired = new ConcurrentLinkedQueue<>();

		private final Queue<String> everywhere = new ConcurrentLinkedQueue<>();

		@KvHook(events = KvEventType.EXPIRED)
		void expired(String key) {
			this.expired.add(key);
		}

		@KvHook(events = KvEventType.DELETE, scope = KvHookScope.EVERY_INSTANCE)
		void deleted(KvEvent event) {
			this.everywhere.add(event.getType() + " " + event.getKey());
		}

		@KvListener(id = "audit", keys = "order:3", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void fail(KvEvent event) {
			throw new IllegalStateException("as it may happen");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reactions.class)
	static class Application {

	}

}
