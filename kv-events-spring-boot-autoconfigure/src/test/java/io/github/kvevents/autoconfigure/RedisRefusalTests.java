package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisSystemException;

import io.github.kvevents.KvEvent;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Applications whose user of Redis lacks rights.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisRefusalTests {

	private static final String EVERYTHING = "~shop:* ~kv-events:* &__keyevent@0__:expired +@all";

	private static final String[] PLAIN = { "kv.events.expiry.tracking.mode=off",
			"kv.events.expiry.notifications.mode=off" };

	private TestRedis redis;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start("notify-keyspace-events", "Ex");
	}

	@AfterEach
	void stop() {
		this.redis.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			~shop:* ~kv-events:* &* +@all -evalsha -eval           | '+evalsha'
			~shop:* &* +@all                                       | '~kv-events:*'
			~shop:* ~kv-events:* &* +@all -zadd                    | '+zadd'
			~shop:* ~kv-events:* &* +@all -set                     | '+set'
			""")
	void missingRightsForTrackedWritesAreSaidAtStartUpAndByHealth(String rights, String missing,
			CapturedOutput output) {
		user(rights);
		try (ConfigurableApplicationContext context = run()) {
			assertThat(output).containsOnlyOnce("Writes of this application will fail: Redis refuses")
				.contains(missing);
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(String.valueOf(health.getDetails().get("error"))).contains(missing);
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1)));
			user(EVERYTHING);
			await().atMost(Duration.ofSeconds(30)).until(() -> health(context).getStatus().equals(Status.UP));
			context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1));
		}
		assertThat(this.redis.template().keys("shop:*")).containsExactly("shop:a");
	}

	@ParameterizedTest
	@CsvSource({ "-client -info -config -time -hello, '+time'", "-zadd, '+zadd'", "-set, '+set'" })
	void refusedWriteNamesTheCommand(String missing, String named, CapturedOutput output) {
		user(EVERYTHING + " " + missing);
		try (ConfigurableApplicationContext context = run()) {
			assertThat(output).containsOnlyOnce("Writes of this application will fail: Redis refuses").contains(named);
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
			assertThat(String.valueOf(health(context).getDetails().get("error"))).contains(named);
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1)))
				.withMessageContaining("grant the user '" + named + "'");
		}
		assertThat(this.redis.template().keys("shop:*")).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					REPLICAOF 127.0.0.1 1              | REPLICAOF NO ONE                   | READONLY   | connect to the primary
					CONFIG SET min-replicas-to-write 1 | CONFIG SET min-replicas-to-write 0 | NOREPLICAS | start its replicas
					""")
	void serverThatTakesNoWritesIsSaidOnceAndByHealthUntilItDoes(String refuse, String accept, String code,
			String remedy, CapturedOutput output) {
		user(EVERYTHING);
		try (ConfigurableApplicationContext context = run("kv.events.log.enabled=true")) {
			KvTemplate template = context.getBean(KvTemplate.class);
			execute(refuse);
			await().atMost(Duration.ofSeconds(30)).until(() -> health(context).getStatus().equals(Status.DOWN));
			assertThat(String.valueOf(health(context).getDetails().get("error"))).contains(code).contains(remedy);
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> template.set("a", "1", Duration.ofMinutes(1)));
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(output).contains("Looking for expired keys is refused"));
			assertThat(output).containsOnlyOnce("Looking for expired keys is refused").doesNotContain("grant the user");
			execute(accept);
			await().atMost(Duration.ofSeconds(30)).until(() -> health(context).getStatus().equals(Status.UP));
			template.set("a", "1", Duration.ofMinutes(1));
		}
	}

	private void execute(String command) {
		String[] words = command.split(" ");
		this.redis.execute(words[0], Arrays.copyOfRange(words, 1, words.length));
	}

	@Test
	void missingRightsForDeliveriesAreSaidOnceWithTheCommand(CapturedOutput output) {
		user("~shop:* ~kv-events:* &* +@all -xreadgroup -xread");
		try (ConfigurableApplicationContext context = run("kv.events.log.enabled=true")) {
			assertThat(output).containsOnlyOnce("Deliveries of this application will fail: Redis refuses")
				.contains("'+xreadgroup'");
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
			KvTemplate template = context.getBean(KvTemplate.class);
			long end = System.nanoTime() + Duration.ofSeconds(9).toNanos();
			await().pollInterval(Duration.ofMillis(300)).atMost(Duration.ofSeconds(30)).until(() -> {
				template.set("job:1", "x" + System.nanoTime(), Duration.ofMinutes(1));
				return System.nanoTime() > end;
			});
			assertThat(output).containsOnlyOnce("Reading expired keys is refused")
				.containsOnlyOnce("Reading the change log is refused")
				.contains("'+xread'")
				.doesNotContain(" resumes")
				.doesNotContain("the commands that kv-events needs");
		}
	}

	@ParameterizedTest
	@CsvSource({ "values, DOWN", "log, DOWN", "expired, DOWN", "sweeper, UP" })
	void keyOfAnotherTypeIsNamedByHealth(String planted, String status) {
		user(EVERYTHING);
		try (ConfigurableApplicationContext context = run("kv.events.log.enabled=true", "kv.events.partitions=2")) {
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			String name = "kv-events:{refused:1}:" + planted;
			// kv-events may write its key in between
			await().ignoreExceptionsInstanceOf(RedisSystemException.class).untilAsserted(() -> {
				this.redis.execute("DEL", name);
				this.redis.execute("SADD", name, "planted");
				Health health = health(context);
				assertThat(health.getStatus()).isEqualTo(new Status(status));
				assertThat(health.getDetails().toString()).contains("Key '" + name + "' belongs to kv-events");
			});
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					REPLICAOF 127.0.0.1 1              | REPLICAOF NO ONE                   | READONLY   | connect to the primary
					CONFIG SET min-replicas-to-write 1 | CONFIG SET min-replicas-to-write 0 | NOREPLICAS | start its replicas
					CONFIG SET maxmemory 1             | CONFIG SET maxmemory 0             | OOM        | raise its 'maxmemory'
					""")
	void healthIsDownWhileTheServerTakesNoWritesAlsoWithoutTrackingAndLog(String refuse, String accept, String code,
			String remedy) {
		user(EVERYTHING);
		try (ConfigurableApplicationContext context = run(PLAIN)) {
			context.getBean(KvTemplate.class).set("a", "1");
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			execute(refuse);
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(String.valueOf(health.getDetails().get("error"))).contains(code).contains(remedy);
			execute(accept);
			await().atMost(Duration.ofSeconds(30)).until(() -> health(context).getStatus().equals(Status.UP));
			context.getBean(KvTemplate.class).set("b", "1");
		}
		assertThat(this.redis.template().keys("*")).containsExactlyInAnyOrder("shop:a", "shop:b");
	}

	@Test
	void healthIsDownOnAReplicaAlsoIfTheApplicationHasNotWritten() {
		user(EVERYTHING + " -set");
		execute("REPLICAOF 127.0.0.1 1");
		try (ConfigurableApplicationContext context = run(PLAIN)) {
			Health health = health(context);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(String.valueOf(health.getDetails().get("error"))).contains("READONLY");
			execute("CONFIG SET replica-read-only no");
			assertThat(health(context).getStatus()).as("a replica that takes writes").isEqualTo(Status.UP);
		}
	}

	@Test
	void healthIsDownWhileTheServerCanNotSave() {
		try (TestRedis unable = TestRedis.start("save", "3600 1", "enable-protected-configs", "yes");
				ConfigurableApplicationContext context = RedisApplication.of(Application.class, unable)
					.with(PLAIN)
					.run()) {
			context.getBean(KvTemplate.class).set("a", "1");
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			unable.execute("CONFIG", "SET", "dir", "/proc");
			unable.execute("BGSAVE");
			await().atMost(Duration.ofSeconds(30)).until(() -> health(context).getStatus().equals(Status.DOWN));
			assertThat(String.valueOf(health(context).getDetails().get("error"))).contains("MISCONF");
			unable.execute("CONFIG", "SET", "save", "");
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void healthSendsOneWriteThatChangesNothingOnceTheApplicationHasWritten() {
		user("~shop:a ~kv-events:* +@all");
		try (ConfigurableApplicationContext context = run(PLAIN)) {
			this.redis.reset();
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			assertThat(this.redis.commandCalls()).doesNotContainKey("set");
			context.getBean(KvTemplate.class).set("a", "1");
			this.redis.reset();
			assertThat(health(context).getStatus()).as("the key isn't one that the user may write")
				.isEqualTo(Status.UP);
			user(EVERYTHING);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			assertThat(this.redis.commandCalls()).containsEntry("set", 1L);
			assertThat(this.redis.template().keys("*")).isEmpty();
		}
	}

	@Test
	void rightsThatSufficeAreNoReasonToSayAnything(CapturedOutput output) {
		user("~shop:* ~kv-events:* &__keyevent@0__:expired +@all -@dangerous +info +config|get");
		try (ConfigurableApplicationContext context = run("kv.events.log.enabled=true")) {
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			assertThat(health(context).getDetails()).containsEntry("version", this.redis.version());
			assertThat(health(context).getDetails().containsKey("server"))
				.isEqualTo(this.redis.info("server").containsKey("valkey_version"));
			context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1));
		}
		assertThat(output).doesNotContain("Redis refuses").doesNotContain("is refused");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			~shop:* ~kv-events:* &* +@all -evalsha -eval | '+evalsha'
			~shop:* &* +@all                             | '~kv-events:*'
			""")
	void notificationsThatCanNotBeFilteredAreDroppedCountedAndLoggedOnce(String rights, String missing,
			CapturedOutput output) {
		user(rights);
		try (ConfigurableApplicationContext context = run()) {
			ExpiryNotificationBridge bridge = listening(context);
			this.redis.template().opsForValue().set("shop:one", "x", Duration.ofMillis(5));
			await().atMost(Duration.ofSeconds(10)).until(() -> bridge.getStatus().dropped() == 1);
			this.redis.template().opsForValue().set("shop:two", "x", Duration.ofMillis(5));
			await().atMost(Duration.ofSeconds(10)).until(() -> bridge.getStatus().dropped() == 2);
			assertThat(output).containsOnlyOnce("Filtering notifications of tracked keys is refused by the store")
				.contains(missing)
				.doesNotContain("did not answer in time");
			user(EVERYTHING);
			BlockingQueue<String> expired = context.getBean(Reactions.class).expired;
			await().atMost(Duration.ofSeconds(30)).until(() -> {
				this.redis.template().opsForValue().set("shop:three", "x", Duration.ofMillis(5));
				return "three".equals(expired.poll(1, TimeUnit.SECONDS));
			});
		}
	}

	@Test
	void notificationsNeedNoScriptWithoutTracking() throws InterruptedException {
		user("~shop:* &* +@all -evalsha -eval");
		try (ConfigurableApplicationContext context = run("kv.events.expiry.tracking.mode=off")) {
			listening(context);
			this.redis.template().opsForValue().set("shop:one", "x", Duration.ofMillis(5));
			assertThat(context.getBean(Reactions.class).expired.poll(30, TimeUnit.SECONDS)).isEqualTo("one");
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void refusedChannelIsNamedOnceWithoutStackTrace(CapturedOutput output) {
		user("~shop:* ~kv-events:* resetchannels +@all");
		try (ConfigurableApplicationContext context = run()) {
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(output).contains("Redis refuses the subscription")
					.contains("&__keyevent@0__:expired"));
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		}
		assertThat(output).containsOnlyOnce("Redis refuses the subscription").doesNotContain("\tat ");
	}

	@Test
	void wrongPasswordIsNamedOnce(CapturedOutput output) {
		user(EVERYTHING);
		try (ConfigurableApplicationContext context = run("spring.data.redis.password=wrong",
				"kv.events.log.enabled=true")) {
			assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
			await().untilAsserted(() -> assertThat(output).contains("WRONGPASS"));
			assertThat(output).contains("'spring.data.redis.password'");
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("WARN") && line.contains("WRONGPASS")))
			.hasSize(1);
		assertThat(output).doesNotContain("\tat io.lettuce");
	}

	@Test
	void refusedLoopsOfTheLogAreNamedOnceAndResumeWithTheRights(CapturedOutput output) {
		user("~shop:* ~kv-events:* &* +@all -xrange -xread -xinfo -xreadgroup");
		try (ConfigurableApplicationContext context = run("kv.events.log.enabled=true")) {
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(output).contains("is refused by the store"));
			user(EVERYTHING);
			context.getBean(KvTemplate.class).set("job:1", "x", Duration.ofMillis(5));
			await().atMost(Duration.ofSeconds(30)).until(() -> {
				context.getBean(KvTemplate.class).set("job:2", "x" + System.nanoTime());
				Reactions reactions = context.getBean(Reactions.class);
				return reactions.everywhere.contains("job:2") && reactions.listened.contains("job:2");
			});
		}
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void endWhileNotificationsAreToldApartLogsNoInterrupt(CapturedOutput output) {
		user(EVERYTHING);
		ConfigurableApplicationContext context = run("spring.data.redis.timeout=20s");
		listening(context);
		this.redis.template().opsForValue().set("shop:one", "x", Duration.ofMillis(5));
		await().until(() -> context.getBean(ExpiryNotificationBridge.class).getStatus().received() == 1);
		await().until(() -> !context.getBean(Reactions.class).expired.isEmpty());
		this.redis.template().opsForValue().set("shop:two", "x", Duration.ofMillis(500));
		context.close();
		assertThat(output).doesNotContain("\tat ").doesNotContain("Interrupted");
	}

	private void user(String rights) {
		List<String> arguments = new ArrayList<>(List.of("SETUSER", "shop", "reset", "on", ">secret"));
		arguments.addAll(List.of(rights.split(" ")));
		this.redis.execute("ACL", arguments.toArray(String[]::new));
	}

	private static ExpiryNotificationBridge listening(ConfigurableApplicationContext context) {
		ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
		await().atMost(Duration.ofSeconds(30))
			.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING);
		return bridge;
	}

	private static Health health(ConfigurableApplicationContext context) {
		return context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class).health();
	}

	private ConfigurableApplicationContext run(String... properties) {
		boolean log = List.of(properties).contains("kv.events.log.enabled=true");
		return RedisApplication.of(log ? LoggedApplication.class : Application.class, this.redis)
			.with("spring.data.redis.username=shop", "spring.data.redis.password=secret",
					"spring.data.redis.timeout=5s", "kv.events.namespace=refused", "kv.events.key-prefix=shop:")
			.with(properties)
			.run();
	}

	static class Reactions {

		final BlockingQueue<String> expired = new LinkedBlockingQueue<>();

		final List<String> everywhere = new CopyOnWriteArrayList<>();

		final List<String> listened = new CopyOnWriteArrayList<>();

		@OnKvExpired
		void onExpired(String key) {
			this.expired.add(key);
		}

	}

	static class LoggedReactions extends Reactions {

		@KvHook(prefix = "job:", scope = KvHookScope.EVERY_INSTANCE)
		void onChange(String key) {
			this.everywhere.add(key);
		}

		@KvListener(id = "earliest", prefix = "job:")
		void onEvent(KvEvent event) {
			this.listened.add(event.getKey());
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
	@EnableAutoConfiguration
	static class LoggedApplication {

		@Bean
		LoggedReactions reactions() {
			return new LoggedReactions();
		}

	}

}
