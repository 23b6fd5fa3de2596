package io.github.kvevents.redis.notification;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.expiry.NotificationMode;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.expiry.NotificationStatus.State;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.expiry.RecordingDispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class ExpiryNotificationBridgeTests {

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private TestRedis redis;

	@BeforeEach
	void startRedis() {
		this.redis = TestRedis.start("notify-keyspace-events", "Ex", "hz", "100");
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
		TestBridge.awaitNoThreads();
	}

	@Test
	void publishesAnExpiryWithoutValueAndDeadline() {
		try (TestBridge bridge = start(TestBridge.SETTINGS).awaitListening()) {
			expire(0, "checkout:ö 1");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("checkout:ö 1"));
			assertThat(this.dispatcher.events()).singleElement().satisfies((event) -> {
				assertThat(event.getDetectedBy()).isEqualTo(KvExpirySource.NOTIFICATION);
				assertThat(event.getChange()).isEqualTo(KvChange.REMOVED);
				assertThat(event.getRawPreviousValue()).isNull();
				assertThat(event.getDeadline()).isNull();
				assertThat(event.getLateness()).isNull();
				assertThat(event.getOrigin()).isEqualTo("instance-7");
				assertThat(event.getOccurredAt()).isEqualTo(TestBridge.NOW);
			});
			assertThat(bridge.status())
				.isEqualTo(new NotificationStatus(NotificationMode.LISTEN, State.LISTENING, "", false, 1, 0, null));
		}
	}

	@Test
	void listensOnlyToTheConfiguredDatabase() {
		try (TestBridge bridge = start(TestBridge.SETTINGS.database(3)).awaitListening()) {
			expire(0, "in0");
			expire(4, "in4");
			expire(3, "in3");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).contains("in3"));
			assertThat(this.dispatcher.keys()).containsExactly("in3");
			assertThat(bridge.status().received()).isOne();
		}
	}

	@Test
	void ignoresForeignKeys() {
		try (TestBridge bridge = TestBridge.start(this.redis.connectionFactory(), TestBridge.SETTINGS.dispatch(1, 1),
				this.dispatcher, ExpiryNotificationBridgeTests::withoutPrefix)) {
			bridge.awaitListening();
			expire(0, "other:1");
			expire(0, new byte[] { 'a', 'p', 'p', ':', (byte) 0xff, (byte) 0xfe });
			expire(0, "app:9");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("9"));
			assertThat(bridge.status().received()).isOne();
			assertThat(bridge.status().dropped()).isZero();
		}
	}

	@Test
	void survivesAKeyReaderThatThrows(CapturedOutput output) {
		try (TestBridge bridge = TestBridge.start(this.redis.connectionFactory(), TestBridge.SETTINGS, this.dispatcher,
				(key) -> {
					if (key.length == 1) {
						throw new IllegalStateException("short");
					}
					return Optional.of(new String(key, StandardCharsets.UTF_8));
				})) {
			bridge.awaitListening();
			expire(0, "x");
			expire(0, "long");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("long"));
			assertThat(output).contains("The key of an expiry notification could not be read");
		}
	}

	@Test
	void publishesManyKeysOnItsOwnThreads() {
		try (TestBridge bridge = start(TestBridge.SETTINGS.dispatch(3, 10_000)).awaitListening()) {
			List<String> keys = IntStream.range(0, 5_000).mapToObj((number) -> "key:" + number).toList();
			this.redis.template().execute((RedisCallback<Object>) (connection) -> {
				connection.openPipeline();
				keys.forEach((key) -> set(connection, key.getBytes(StandardCharsets.UTF_8)));
				connection.closePipeline();
				return true;
			});
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(this.dispatcher.events()).hasSize(keys.size()));
			assertThat(this.dispatcher.keys()).containsExactlyInAnyOrderElementsOf(keys);
			assertThat(this.dispatcher.threads()).allMatch((name) -> name.matches("kv-expiry-notify-[123]"));
			assertThat(bridge.status().received()).isEqualTo(keys.size());
		}
	}

	@Test
	void continuesWhileAHookIsSlowAndAfterOneThatThrows() {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> {
			if (event.getKey().equals("slow")) {
				awaitUninterruptibly(released);
			}
			if (event.getKey().equals("bad")) {
				throw new IllegalStateException("hook");
			}
		});
		try (TestBridge bridge = start(TestBridge.SETTINGS.dispatch(2, 50)).awaitListening()) {
			expire(0, "slow");
			await().until(() -> !this.dispatcher.threads().isEmpty());
			expire(0, "bad");
			expire(0, "good");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("good"));
			released.countDown();
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("good", "slow"));
			assertThat(bridge.status().dropped()).isZero();
		}
	}

	@Test
	void dropsAndCountsNotificationsWhenTheQueueIsFull(CapturedOutput output) {
		CountDownLatch released = new CountDownLatch(1);
		this.dispatcher.hook((event) -> awaitUninterruptibly(released));
		try (TestBridge bridge = start(TestBridge.SETTINGS.dispatch(1, 2)).awaitListening()) {
			expire(0, "busy");
			await().until(() -> !this.dispatcher.threads().isEmpty());
			for (int number = 0; number < 7; number++) {
				expire(0, "key:" + number);
			}
			await().untilAsserted(() -> assertThat(bridge.status().received()).isEqualTo(8));
			assertThat(bridge.status().dropped()).isEqualTo(5);
			released.countDown();
			await().untilAsserted(() -> assertThat(this.dispatcher.events()).hasSize(3));
		}
		assertThat(output).contains("Dropped").doesNotContain("key:6");
	}

	@Test
	void connectsOnlyWhileThereAreReceivers() {
		this.dispatcher.heard(false);
		try (TestBridge bridge = start(TestBridge.SETTINGS)) {
			bridge.awaitState(State.IDLE);
			await().during(Duration.ofMillis(1500)).until(() -> clients().lines().count() == 1);
			this.dispatcher.heard(true);
			bridge.awaitListening();
			assertThat(subscribers()).isOne();
			this.dispatcher.heard(false);
			bridge.awaitState(State.IDLE);
			await().until(() -> subscribers() == 0);
		}
	}

	@Test
	void switchedOffStartsNothing() {
		try (TestBridge bridge = start(TestBridge.SETTINGS.mode(NotificationMode.OFF))) {
			assertThat(bridge.get().isRunning()).isTrue();
			TestBridge.awaitNoThreads();
			assertThat(bridge.status())
				.isEqualTo(new NotificationStatus(NotificationMode.OFF, State.OFF, "", false, 0, 0, null));
		}
	}

	@Test
	void leavesNoThreadAndNoConnectionWhenStoppedWithAHangingHook() {
		this.dispatcher.hook((event) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		TestBridge bridge = start(TestBridge.SETTINGS.dispatch(1, 50)).awaitListening();
		expire(0, "hangs");
		expire(0, "queued");
		await().until(() -> bridge.status().received() == 2);
		bridge.close();
		assertThat(bridge.get().isRunning()).isFalse();
		assertThat(bridge.status().state()).isEqualTo(State.OFF);
		TestBridge.awaitNoThreads();
		assertThat(this.dispatcher.threads()).hasSize(1);
		await().until(() -> subscribers() == 0);
	}

	@Test
	void canBeRestarted() {
		try (TestBridge bridge = start(TestBridge.SETTINGS).awaitListening()) {
			bridge.get().stop();
			bridge.get().stop();
			bridge.get().start();
			bridge.get().start();
			bridge.awaitListening();
			assertThat(subscribers()).isOne();
			expire(0, "again");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("again"));
		}
	}

	@Test
	void worksWithAClientThatBlocksWhileItIsSubscribed() {
		JedisConnectionFactory factory = new JedisConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.redis.getPort()));
		factory.afterPropertiesSet();
		factory.start();
		try (TestBridge bridge = TestBridge.start(factory, TestBridge.SETTINGS, this.dispatcher)) {
			bridge.awaitListening();
			expire(0, "one");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("one"));
			this.redis.restart();
			bridge.awaitListening();
			await().atMost(Duration.ofSeconds(20)).until(() -> subscribers() == 1);
			expire(0, "two");
			await().untilAsserted(() -> assertThat(this.dispatcher.keys()).containsExactly("one", "two"));
		}
		finally {
			factory.destroy();
		}
	}

	@Test
	void logsThatItDoesNotListenInACluster(CapturedOutput output) {
		try (TestRedis cluster = TestRedis.start("cluster-enabled", "yes", "notify-keyspace-events", "Kg")) {
			cluster.execute("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
			LettuceConnectionFactory factory = new LettuceConnectionFactory(
					new RedisClusterConfiguration(List.of("127.0.0.1:" + cluster.getPort())));
			factory.afterPropertiesSet();
			factory.start();
			try (TestBridge bridge = TestBridge.start(factory, TestBridge.SETTINGS.mode(NotificationMode.CONFIGURE),
					this.dispatcher)) {
				await().untilAsserted(() -> assertThat(bridge.status().lastError())
					.isEqualTo(UnsupportedOperationException.class.getName()));
				bridge.awaitState(State.OFF);
			}
			factory.destroy();
			assertThat(ServerSettingTests.flags(cluster)).isEqualTo("gK");
		}
		assertThat(output).contains("Redis Cluster");
	}

	private TestBridge start(NotificationSettings settings) {
		return TestBridge.start(this.redis.connectionFactory(), settings, this.dispatcher);
	}

	private long subscribers() {
		return clients().lines().filter((client) -> client.contains(" sub=1 ")).count();
	}

	private String clients() {
		return (String) this.redis.execute("CLIENT", "LIST");
	}

	private void expire(int database, String key) {
		expire(database, key.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Gives a key a very short time to live, then waits until the server removed it.
	 */
	private void expire(int database, byte[] key) {
		LettuceConnectionFactory factory = this.redis.connectionFactory();
		factory.setShareNativeConnection(false);
		try (RedisConnection connection = factory.getConnection()) {
			connection.select(database);
			set(connection, key);
			await().pollInterval(Duration.ofMillis(2))
				.until(() -> connection.keyCommands().exists(key), (exists) -> !exists);
		}
	}

	private static void set(RedisConnection connection, byte[] key) {
		connection.stringCommands().pSetEx(key, 1, new byte[] { 1 });
	}

	private static Optional<String> withoutPrefix(byte[] key) {
		String text = new String(key, StandardCharsets.UTF_8);
		boolean ours = text.startsWith("app:") && text.indexOf('\ufffd') < 0;
		return ours ? Optional.of(text.substring(4)) : Optional.empty();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
