package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

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

	/**
	 * Refreshes of a cluster's topology that fail: the driver logs them with their stack
	 * traces, whatever the application does.
	 */
	private static final Pattern REFRESH = Pattern.compile(
			"(?m)^\\S+ +WARN .*(?:Cannot refresh Redis Cluster topology|TopologyRefresh +: Unable to connect to).*\\R"
					+ "(?:(?!\\d{4}-).*\\R)*");

	private static final String ABANDONED = "Redis doesn't answer while the application closes";

	private int poolBefore;

	@Test
	void oneServer(CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			nothingIsLogged(using(redis, Driver.LETTUCE), output);
		}
	}

	@Test
	void cluster(TestCluster cluster, CapturedOutput output) throws Exception {
		nothingIsLogged(using(cluster), output);
	}

	@Test
	void sentinel(CapturedOutput output) throws Exception {
		try (TestSentinel sentinel = TestSentinel.start()) {
			nothingIsLogged(using(sentinel), output);
		}
	}

	/**
	 * The driver's threads end while attempts to connect, which were refused, would still
	 * time out.
	 */
	@ParameterizedTest
	@EnumSource
	void serverThatIsGone(Driver driver, CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			assertThat(stop(using(redis, driver), redis::kill, output)).contains(ABANDONED);
		}
	}

	/**
	 * Blocking commands of Jedis would take all the time that threads get to end.
	 */
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JEDIS")
	void serverThatIsFrozen(Driver driver, CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			assertThat(stop(using(redis, driver), redis::freeze, output)).contains(ABANDONED);
		}
	}

	/**
	 * Connections are just being restored.
	 */
	@ParameterizedTest
	@EnumSource
	void serverThatWasRestarted(Driver driver, CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start()) {
			stop(using(redis, driver), redis::restart, output);
		}
	}

	@Test
	void clusterThatIsGone(CapturedOutput output) throws Exception {
		try (TestCluster cluster = TestCluster.start(3)) {
			stop(using(cluster), () -> cluster.nodes().forEach(TestRedis::kill), output);
		}
	}

	@Test
	void nodeThatIsGone(CapturedOutput output) throws Exception {
		try (TestCluster cluster = TestCluster.start(3)) {
			stop(using(cluster), cluster.nodes().get(0)::kill, output);
		}
	}

	@Test
	void primaryThatIsGone(CapturedOutput output) throws Exception {
		try (TestSentinel sentinel = TestSentinel.start()) {
			stop(using(sentinel), sentinel.primary()::kill, output);
		}
	}

	@Test
	void sentinelsThatAreGone(CapturedOutput output) throws Exception {
		try (TestSentinel sentinel = TestSentinel.start()) {
			stop(using(sentinel), sentinel::killSentinels, output);
		}
	}

	/**
	 * Stops an application that has just lost something.
	 * @return what was logged meanwhile, and until the driver's threads had ended
	 */
	private String stop(ConfigurableApplicationContext context, Runnable loss, CapturedOutput output) {
		int before = output.getAll().length();
		loss.run();
		context.close();
		await().atMost(PATIENCE).until(this::noneOfItsDriverRuns);
		String stopped = output.getAll().substring(before);
		assertThat(REFRESH.matcher(stopped).replaceAll("")).doesNotContain(" ERROR ", "\tat ");
		return stopped;
	}

	/**
	 * The driver's threads have numbers by which those of the test's own connections,
	 * which were made before, are older.
	 */
	private boolean noneOfItsDriverRuns() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().startsWith("lettuce-") && poolOf(thread) > this.poolBefore);
	}

	private static int poolOf(Thread thread) {
		return Integer.parseInt(thread.getName().replaceFirst("^lettuce-[^-]+-(\\d+)-.*", "$1"));
	}

	private static void nothingIsLogged(ConfigurableApplicationContext context, CapturedOutput output) {
		int before = output.getAll().length();
		context.close();
		assertThat(output.getAll().substring(before)).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	private ConfigurableApplicationContext using(TestRedis redis, Driver driver) throws Exception {
		return use(RedisApplication.of(driver.application, redis).with(driver.properties()));
	}

	private ConfigurableApplicationContext using(TestCluster cluster) throws Exception {
		return use(RedisApplication.of(Application.class, cluster.nodes().get(0))
			.with("spring.data.redis.cluster.nodes=" + cluster.addresses()));
	}

	private ConfigurableApplicationContext using(TestSentinel sentinel) throws Exception {
		return use(RedisApplication.of(Application.class, sentinel.primary())
			.with("spring.data.redis.sentinel.master=" + TestSentinel.NAME,
					"spring.data.redis.sentinel.nodes=" + sentinel.addresses()));
	}

	private ConfigurableApplicationContext use(RedisApplication application) throws Exception {
		this.poolBefore = poolOf(new DefaultThreadFactory("lettuce-test").newThread(() -> {
		}));
		ConfigurableApplicationContext context = application
			.with("kv.events.namespace=quiet", "kv.events.log.enabled=true", "spring.data.redis.timeout=2s",
					"kv.events.expiry.notifications.mode=configure", "kv.events.hooks.shutdown-timeout=1s")
			.run();
		try {
			useEverything(context);
			return context;
		}
		catch (Exception | Error ex) {
			context.close();
			throw ex;
		}
	}

	private static void useEverything(ConfigurableApplicationContext context) throws Exception {
		KvTemplate template = context.getBean(KvTemplate.class);
		// a busy machine may not connect within the short timeout
		await().atMost(PATIENCE)
			.ignoreExceptionsInstanceOf(DataAccessException.class)
			.until(() -> !template.hasKey("a"));
		CountDownLatch followed = new CountDownLatch(1);
		KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
		log.tailAndFollow((entries) -> followed.countDown());
		log.add(Map.of("a", "1"));
		KvWatch watch = template.watch(WatchOptions.all());
		template.set("order:1", "x", Duration.ofMillis(20));
		assertThat(watch.poll(PATIENCE)).isNotNull();
		await().atMost(PATIENCE).until(() -> context.getBean(Reactions.class).received.size() == 4);
		followed.await();
	}

	/**
	 * What connects.
	 */
	enum Driver {

		LETTUCE(Application.class),

		/** A factory that the application makes. */
		HAND_MADE_LETTUCE(HandMade.class),

		JEDIS(Application.class);

		private final Class<?> application;

		Driver(Class<?> application) {
			this.application = application;
		}

		String[] properties() {
			return (this == JEDIS) ? new String[] { "spring.data.redis.client-type=jedis",
					"spring.data.redis.jedis.pool.max-active=64" } : new String[0];
		}

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

	@Configuration(proxyBeanMethods = false)
	static class HandMade extends Application {

		@Bean
		LettuceConnectionFactory redisConnectionFactory(@Value("${spring.data.redis.port}") int port) {
			return new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port),
					LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(2)).build());
		}

	}

}
