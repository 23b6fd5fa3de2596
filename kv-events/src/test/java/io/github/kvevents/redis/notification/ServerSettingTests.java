package io.github.kvevents.redis.notification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.expiry.RecordingDispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How the bridge handles {@code notify-keyspace-events} of the server.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServerSettingTests {

	private static final NotificationSettings CONFIGURE = TestBridge.SETTINGS.mode(NotificationMode.CONFIGURE);

	private static final Duration OFTEN = Duration.ofMillis(50);

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	@Test
	void listenChangesNothingAndWarnsOnceAboutMissingFlags(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Kg");
				TestBridge bridge = start(redis, TestBridge.SETTINGS.checkInterval(OFTEN))) {
			await().untilAsserted(() -> assertThat(bridge.status().missingFlags()).isEqualTo("Ex"));
			await().during(OFTEN.multipliedBy(5)).until(() -> flags(redis).equals("gK"));
			assertThat(bridge.status().configRefused()).isFalse();
		}
		assertThat(warnings(output)).singleElement()
			.asString()
			.contains("notify-keyspace-events is \"gK\" and lacks \"Ex\"")
			.contains("'CONFIG SET notify-keyspace-events gKEx'")
			.contains("the line 'notify-keyspace-events gKEx' in redis.conf")
			.contains("kv.events.expiry.notifications.mode=configure");
	}

	@Test
	void listenWarnsAgainWhenTheSituationChanges(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start();
				TestBridge bridge = start(redis, TestBridge.SETTINGS.checkInterval(OFTEN))) {
			await().untilAsserted(() -> assertThat(bridge.status().missingFlags()).isEqualTo("Ex"));
			setFlags(redis, "AE");
			await().untilAsserted(() -> assertThat(bridge.status().missingFlags()).isEmpty());
			assertThat(warnings(output)).hasSize(1);
			setFlags(redis, "E");
			await().untilAsserted(() -> assertThat(bridge.status().missingFlags()).isEqualTo("x"));
			await().until(() -> warnings(output).count() == 2);
			setFlags(redis, "");
			await().untilAsserted(() -> assertThat(bridge.status().missingFlags()).isEqualTo("Ex"));
			await().until(() -> warnings(output).count() == 3);
		}
	}

	@Test
	void listenDoesNotWarnWhenFlagsAreSet(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "AE");
				TestBridge bridge = start(redis, TestBridge.SETTINGS.checkInterval(OFTEN))) {
			await().during(OFTEN.multipliedBy(5)).until(() -> bridge.status().missingFlags().isEmpty());
			assertThat(flags(redis)).isEqualTo("AE");
		}
		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void configureAddsMissingFlags(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Kgm");
				TestBridge bridge = start(redis, CONFIGURE)) {
			await().untilAsserted(() -> assertThat(flags(redis)).isEqualTo("gxKEm"));
			assertReceives(redis);
			assertThat(bridge.status().missingFlags()).isEmpty();
		}
		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void configureWorksWithNothingSet() {
		try (TestRedis redis = TestRedis.start(); TestBridge bridge = start(redis, CONFIGURE)) {
			await().untilAsserted(() -> assertThat(flags(redis)).isEqualTo("xE"));
			assertReceives(redis);
			assertThat(bridge.status().configRefused()).isFalse();
		}
	}

	@Test
	void configureRestoresRemovedFlags() {
		try (TestRedis redis = TestRedis.start(); TestBridge bridge = start(redis, CONFIGURE.checkInterval(OFTEN))) {
			await().untilAsserted(() -> assertThat(flags(redis)).isEqualTo("xE"));
			setFlags(redis, "K$");
			await().untilAsserted(() -> assertThat(flags(redis)).isEqualTo("$xKE"));
			assertThat(bridge.status().missingFlags()).isEmpty();
		}
	}

	@Test
	void configureRestoresTheFlagsAfterARestart() {
		try (TestRedis redis = TestRedis.start(); TestBridge bridge = start(redis, CONFIGURE)) {
			await().untilAsserted(() -> assertThat(flags(redis)).isEqualTo("xE"));
			redis.restart();
			await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(flags(redis)).isEqualTo("xE"));
			bridge.awaitListening();
			assertReceives(redis);
		}
	}

	@Test
	void listensWhenTheUserMayNotUseConfig(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex")) {
			redis.execute("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-config");
			assertListensWhenRefused(redis, asUser(redis), CONFIGURE);
		}
		assertThat(warnings(output)).singleElement().asString().contains("refuses CONFIG").contains("NOPERM");
	}

	@Test
	void reportsMissingFlagsWhenTheUserMayOnlyRead(CapturedOutput output) {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "KE")) {
			redis.execute("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-config|set");
			try (TestBridge bridge = TestBridge.start(asUser(redis), CONFIGURE.checkInterval(OFTEN), this.dispatcher)) {
				await().until(() -> bridge.status().configRefused());
				assertThat(bridge.status().missingFlags()).isEqualTo("x");
				assertThat(flags(redis)).isEqualTo("KE");
			}
		}
		assertThat(warnings(output)).singleElement().asString().contains("CONFIG SET notify-keyspace-events KEx");
	}

	@Test
	void listensWhenTheServerHasNoConfig(CapturedOutput output, @TempDir Path directory) throws IOException {
		// not possible on the command line: the setting has two values, one of them empty
		Path file = Files.writeString(directory.resolve("redis.conf"), "rename-command CONFIG \"\"\n");
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex", "include", file.toString())) {
			assertListensWhenRefused(redis, redis.connectionFactory(), TestBridge.SETTINGS);
		}
		assertThat(warnings(output)).isEmpty();
		assertThat(output.toString().lines().filter((line) -> line.contains("refuses CONFIG"))).singleElement()
			.asString()
			.contains("INFO")
			.contains("unknown command");
	}

	private void assertListensWhenRefused(TestRedis redis, LettuceConnectionFactory factory,
			NotificationSettings settings) {
		try (TestBridge bridge = TestBridge.start(factory, settings.checkInterval(OFTEN), this.dispatcher)) {
			await().until(() -> bridge.status().configRefused());
			assertReceives(redis);
			await().during(OFTEN.multipliedBy(4)).until(() -> bridge.status().configRefused());
			assertThat(bridge.status().missingFlags()).isEmpty();
			assertThat(bridge.status().lastError()).isNull();
		}
	}

	private TestBridge start(TestRedis redis, NotificationSettings settings) {
		return TestBridge.start(redis.connectionFactory(), settings, this.dispatcher).awaitListening();
	}

	private void assertReceives(TestRedis redis) {
		redis.template()
			.execute((RedisCallback<Boolean>) (connection) -> connection.stringCommands()
				.pSetEx(new byte[] { 107 }, 1, new byte[] { 1 }));
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).contains("k"));
	}

	private static LettuceConnectionFactory asUser(TestRedis redis) {
		LettuceConnectionFactory factory = redis.connectionFactory();
		RedisStandaloneConfiguration standalone = factory.getStandaloneConfiguration();
		standalone.setUsername("app");
		standalone.setPassword("secret");
		factory.stop();
		factory.start();
		return factory;
	}

	static String flags(TestRedis redis) {
		return redis.template()
			.execute((RedisCallback<String>) (connection) -> connection.serverCommands()
				.getConfig("notify-keyspace-events")
				.getProperty("notify-keyspace-events"));
	}

	private static void setFlags(TestRedis redis, String flags) {
		redis.execute("CONFIG", "SET", "notify-keyspace-events", flags);
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.toString()
			.lines()
			.filter((line) -> line.contains(" WARN ") && line.contains("notify-keyspace-events"));
	}

}
