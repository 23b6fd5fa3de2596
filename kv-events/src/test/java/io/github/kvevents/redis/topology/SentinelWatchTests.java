package io.github.kvevents.redis.topology;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.lettuce.core.ReadFrom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestSentinel;
import io.github.kvevents.redis.RedisLink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections to a primary that real Sentinels replace. The former one never becomes a
 * replica, as one that the Sentinels can't reach, so that it never closes connections.
 */
class SentinelWatchTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String NAME = "moving-client";

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void connectionsMoveToTheNewPrimaryAsSoonAsTheSentinelsNameIt(boolean readsReplicas) {
		try (TestSentinel sentinel = TestSentinel.start()) {
			LettuceConnectionFactory application = application(sentinel, "", readsReplicas);
			RedisLink link = new RedisLink(application);
			StartedLink.start(link);
			assertThat(threads()).as("before anything is used").isZero();
			try (RedisConnection connection = link.connectionFactory().getConnection();
					RedisConnection waiting = link.connectionFactory().getConnection()) {
				write(connection, "before");
				waiting.listCommands().bLPop(1, bytes("empty"));
				await().atMost(PATIENCE).until(() -> threads() == 1);
				TestRedis former = sentinel.primary();
				keepPrimary(former);
				TestRedis primary = sentinel.failOver(2);
				await().atMost(PATIENCE).until(() -> clients(former).isEmpty());
				write(connection, "after");
				assertThat(primary.template().opsForValue().get("after")).isEqualTo("v");
				assertThat(former.template().hasKey("after")).isFalse();
				assertThat(former.info("replication")).as("it has closed nothing by itself")
					.containsEntry("role", "master");
				waiting.listCommands().bLPop(1, bytes("empty"));
			}
			link.stop();
			await().atMost(PATIENCE).until(() -> threads() == 0 && sentinel.cutSubscribers(0) == 0);
			link.start();
			await().atMost(PATIENCE).until(() -> threads() == 1 && sentinel.cutSubscribers(0) == 1);
			link.stop();
			link.destroy();
			application.destroy();
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads()).isZero());
		}
	}

	@Test
	void connectionsMoveAlsoIfTheMessageWasMissed() {
		try (TestSentinel sentinel = TestSentinel.startProtected("secret")) {
			LettuceConnectionFactory application = application(sentinel, "secret", false);
			RedisLink link = new RedisLink(application);
			StartedLink.start(link);
			try (RedisConnection connection = link.connectionFactory().getConnection()) {
				write(connection, "before");
				await().atMost(PATIENCE).until(() -> sentinel.cutSubscribers(0) == 1);
				sentinel.askAll("ACL SETUSER default resetchannels");
				TestRedis former = sentinel.primary();
				keepPrimary(former);
				sentinel.failOver();
				assertThat(clients(former)).as("of the link, which can't know").isNotEmpty();
				sentinel.askAll("ACL SETUSER default allchannels");
				await().atMost(PATIENCE).until(() -> clients(former).isEmpty());
				write(connection, "after");
				assertThat(sentinel.primary()).isNotNull();
				assertThat(former.template().hasKey("after")).isFalse();
			}
			link.stop();
			link.destroy();
			application.destroy();
		}
	}

	@Test
	void nobodyListensWithoutSentinels() {
		try (TestRedis redis = TestRedis.start()) {
			LettuceConnectionFactory application = new LettuceConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", redis.getPort()));
			application.afterPropertiesSet();
			RedisLink link = new RedisLink(application);
			StartedLink.start(link);
			try (RedisConnection connection = link.connectionFactory().getConnection()) {
				write(connection, "key");
				assertThat(threads()).isZero();
			}
			link.stop();
			link.destroy();
			application.destroy();
		}
	}

	private static LettuceConnectionFactory application(TestSentinel sentinel, String password, boolean readsReplicas) {
		RedisSentinelConfiguration configuration = new RedisSentinelConfiguration().master(TestSentinel.NAME);
		for (String address : sentinel.addresses().split(",")) {
			configuration.sentinel("127.0.0.1", Integer.parseInt(address.split(":")[1]));
		}
		configuration.setSentinelPassword(password);
		LettuceClientConfiguration.LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.clientName(NAME)
			.commandTimeout(Duration.ofSeconds(7))
			.shutdownTimeout(Duration.ZERO);
		if (readsReplicas) {
			client.readFrom(ReadFrom.REPLICA_PREFERRED);
		}
		LettuceConnectionFactory application = new LettuceConnectionFactory(configuration, client.build());
		application.afterPropertiesSet();
		return application;
	}

	private static void keepPrimary(TestRedis redis) {
		redis.execute("ACL", "SETUSER", "default", "-replicaof", "-slaveof");
	}

	private static List<String> clients(TestRedis redis) {
		Object reply = redis.execute("CLIENT", "LIST");
		String list = (reply instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8)
				: String.valueOf(reply);
		return list.lines().filter((line) -> line.contains(" name=" + NAME + " ")).toList();
	}

	private static void write(RedisConnection connection, String key) {
		connection.stringCommands().set(bytes(key), bytes("v"));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("kv-redis-sentinel"))
			.count();
	}

}
