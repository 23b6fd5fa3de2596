package io.github.kvevents.redis.notification;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.lettuce.core.ClientOptions;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.expiry.NotificationStatus.State;
import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.expiry.RecordingDispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The bridge while the server is down, hangs, or restarts.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class ServerOutageTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private TestRedis redis;

	@BeforeEach
	void startRedis() {
		this.redis = TestRedis.start("notify-keyspace-events", "Ex");
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
		TestBridge.awaitNoThreads();
	}

	@Test
	void startsWithoutTheServerAndListensOnceItIsUp(CapturedOutput output) {
		this.redis.kill();
		try (TestBridge bridge = start(this.redis.connectionFactory())) {
			assertThat(bridge.get().isRunning()).isTrue();
			bridge.awaitState(State.CONNECTING);
			await().untilAsserted(() -> assertThat(bridge.status().lastError())
				.isEqualTo(RedisConnectionFailureException.class.getName()));
			await().during(Duration.ofMillis(500)).until(() -> bridge.status().state() == State.CONNECTING);
			this.redis.restart();
			bridge.awaitListening();
			assertThat(bridge.status().lastError()).isNull();
			assertReceives("there");
		}
		assertThat(lines(output, "ExpiryNotificationBridge")).as("the link to Redis logs the outage, once")
			.noneMatch((line) -> line.contains("received"));
	}

	@Test
	void listensAgainAfterEachRestart() {
		try (TestBridge bridge = start(this.redis.connectionFactory()).awaitListening()) {
			for (String key : List.of("one", "two", "three")) {
				this.redis.restart();
				await().atMost(LONG).until(() -> subscribers() == 1);
				assertReceives(key);
			}
			bridge.awaitListening();
			assertThat(this.dispatcher.keys()).containsExactly("one", "two", "three");
		}
	}

	/**
	 * A subscription of Jedis whose connection was never established can't be ended.
	 */
	@Test
	void subscriptionsOfJedisThatFailAreNamedAndTakeNothingFromThePool(CapturedOutput output) {
		password("new");
		GenericObjectPoolConfig<Object> pool = new GenericObjectPoolConfig<>();
		pool.setMaxTotal(4);
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration("127.0.0.1", this.redis.getPort());
		server.setUsername("app");
		server.setPassword("old");
		JedisConnectionFactory factory = new JedisConnectionFactory(server,
				JedisClientConfiguration.builder().usePooling().poolConfig(pool).build());
		factory.afterPropertiesSet();
		factory.start();
		RedisLink link = new RedisLink(factory);
		StartedLink.start(link);
		try (TestBridge bridge = start(link.connectionFactory())) {
			await().atMost(LONG).until(() -> connections() > 20);
			password("old");
			bridge.awaitListening();
			assertReceives("again");
		}
		finally {
			link.destroy();
			factory.destroy();
		}
		assertThat(output).contains("Redis refuses the subscription to expiry notifications").doesNotContain("\tat ");
	}

	private void password(String password) {
		this.redis.execute("ACL", "SETUSER", "app", "reset", "on", ">" + password, "~*", "&*", "+@all");
	}

	private long connections() {
		return Long.parseLong(this.redis.info("stats").getProperty("total_connections_received"));
	}

	@Test
	void listensAgainWithAClientThatDoesNotReconnect() {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.redis.getPort()),
				LettuceClientConfiguration.builder()
					.clientOptions(ClientOptions.builder().autoReconnect(false).build())
					.shutdownTimeout(Duration.ZERO)
					.build());
		factory.setValidateConnection(true);
		factory.afterPropertiesSet();
		factory.start();
		try (TestBridge bridge = start(factory).awaitListening()) {
			this.redis.restart();
			await().atMost(LONG).until(() -> subscribers() == 1);
			bridge.awaitListening();
			assertReceives("again");
		}
		finally {
			factory.destroy();
		}
	}

	@Test
	void reportsThatItIsNotConnectedWhileTheServerIsDownOrHangs() {
		try (TestBridge bridge = start(this.redis.connectionFactory()).awaitListening()) {
			this.redis.execute("CLIENT", "PAUSE", "9000", "ALL");
			bridge.awaitState(State.CONNECTING);
			bridge.awaitListening();
			this.redis.kill();
			bridge.awaitState(State.CONNECTING);
			this.redis.restart();
			bridge.awaitListening();
			assertReceives("back");
		}
	}

	@Test
	void listensAgainAfterItsConnectionWasKilled() {
		try (TestBridge bridge = start(this.redis.connectionFactory()).awaitListening()) {
			killSubscriber();
			await().atMost(LONG).until(() -> subscribers() == 1);
			bridge.awaitListening();
			assertReceives("after");
		}
	}

	@Test
	void stopsSoonWhileTheServerDoesNotAnswer() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			silent.setSoTimeout((int) LONG.toMillis());
			TestBridge bridge = start(this.redis.connectionFactory(silent.getLocalPort(), Duration.ofMinutes(5)));
			try (Socket connection = silent.accept()) {
				assertThat(connection.getInputStream().read()).as("its first request").isPositive();
				bridge.close();
				TestBridge.awaitNoThreads();
			}
		}
	}

	@Test
	void stopsSoonWhileTheServerIsDown() {
		TestBridge bridge = start(this.redis.connectionFactory(this.redis.getPort(), Duration.ofMinutes(5)))
			.awaitListening();
		this.redis.kill();
		bridge.awaitState(State.CONNECTING);
		long start = System.nanoTime();
		bridge.close();
		assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(10);
		TestBridge.awaitNoThreads();
		assertThat(bridge.status().state()).isEqualTo(State.OFF);
	}

	private TestBridge start(RedisConnectionFactory factory) {
		return TestBridge.start(factory, TestBridge.SETTINGS, this.dispatcher);
	}

	private long subscribers() {
		return clients().filter((line) -> line.contains(" sub=1 ")).count();
	}

	private void killSubscriber() {
		String subscriber = clients().filter((line) -> line.contains(" sub=1 ")).findAny().orElseThrow();
		String port = subscriber.replaceFirst(".* addr=127.0.0.1:(\\d+) .*", "$1");
		this.redis.template().killClient("127.0.0.1", Integer.parseInt(port));
	}

	private Stream<String> clients() {
		return ((String) this.redis.execute("CLIENT", "LIST")).lines();
	}

	private void assertReceives(String key) {
		this.redis.template()
			.execute((RedisCallback<Boolean>) (connection) -> connection.stringCommands()
				.pSetEx(key.getBytes(StandardCharsets.UTF_8), 1, new byte[] { 1 }));
		await().untilAsserted(() -> assertThat(this.dispatcher.keys()).contains(key));
	}

	private static List<String> lines(CapturedOutput output, String text) {
		return output.toString().lines().filter((line) -> line.contains(text)).toList();
	}

}
