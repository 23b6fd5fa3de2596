package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.ReadFrom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestProxy;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link WriteRefusals}, also with real servers that change their roles.
 */
class WriteRefusalsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String READONLY = "READONLY You can't write against a read only replica.";

	private final TestRedis one = TestRedis.start("repl-diskless-sync-delay", "0");

	private final TestRedis other = TestRedis.start("repl-diskless-sync-delay", "0");

	private final TestProxy proxy = new TestProxy(this.one);

	private final List<LettuceConnectionFactory> applications = new ArrayList<>();

	private final List<RedisLink> links = new ArrayList<>();

	private final AtomicInteger lookedFor = new AtomicInteger();

	@BeforeEach
	void replicate() {
		follow(this.other, this.one);
	}

	@AfterEach
	void stop() {
		this.links.forEach(RedisLink::stop);
		this.links.forEach(RedisLink::destroy);
		this.applications.forEach(LettuceConnectionFactory::destroy);
		this.proxy.close();
		this.other.close();
		this.one.close();
	}

	/**
	 * A service moves the name of the primary to another server, and the former one
	 * closes no connection.
	 */
	@Test
	void writeThatTheFormerPrimaryRefusesIsRepeatedAtTheNewOne() {
		RedisLink link = link(this.proxy.getPort(), null);
		write(link, "before");
		this.other.execute("REPLICAOF", "NO", "ONE");
		this.other.execute("CONFIG", "RESETSTAT");
		this.proxy.redirect(this.other);
		this.one.execute("REPLICAOF", "127.0.0.1", String.valueOf(this.other.getPort()));
		write(link, "after");
		assertThat(this.other.template().opsForValue().get("after")).isEqualTo("v");
		assertThat(this.other.commandCalls()).containsEntry("set", 1L);
	}

	@Test
	void writesThatAreRefusedForLongFailAtOnceAndConnectOnceASecondAtMost() {
		RedisLink link = link(this.other.getPort(), null);
		assertThatExceptionOfType(RedisSystemException.class).isThrownBy(() -> write(link, "refused"))
			.havingRootCause()
			.withMessage(READONLY);
		long connected = Long.parseLong(this.other.info("stats").getProperty("total_connections_received"));
		long begin = System.nanoTime();
		for (int number = 0; number < 100; number++) {
			assertThatExceptionOfType(RedisSystemException.class).isThrownBy(() -> write(link, "refused"));
		}
		Duration time = Duration.ofNanos(System.nanoTime() - begin);
		assertThat(time).as("100 writes, of which one alone would be repeated for a second")
			.isLessThan(Duration.ofSeconds(20));
		assertThat(Long.parseLong(this.other.info("stats").getProperty("total_connections_received")) - connected)
			.isLessThanOrEqualTo(2 * (time.toSeconds() + 2));
		assertThat(this.one.template().hasKey("refused")).isFalse();
	}

	/**
	 * lettuce#2366: a connection that reads from replicas knows the roles that the
	 * servers had when it was opened, and writes to the former primary for ever.
	 */
	@Test
	void readonlyAfterAFullOutageWithReadFromEndsWithoutARestart() {
		RedisLink link = link(this.one.getPort(), ReadFrom.REPLICA_PREFERRED);
		write(link, "before");
		this.one.kill();
		this.other.kill();
		this.other.restart();
		this.one.restart();
		follow(this.one, this.other);
		await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
			write(link, "after");
			assertThat(this.other.template().opsForValue().get("after")).isEqualTo("v");
		});
		for (int number = 0; number < 20; number++) {
			write(link, "later");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			READONLY You can't write against a read only replica.                  | true  | true
			READONLY You can't write against a read only replica. script: ab       | true  | true
			MASTERDOWN Link with MASTER is down                                    | true  | true
			NOREPLICAS Not enough good replicas to write.                          | false | true
			MISCONF Redis is configured to save RDB snapshots                      | false | false
			OOM command not allowed when used memory > 'maxmemory'.                | false | false
			ERR the key READONLY isn't there                                       | false | false
			LOADING Redis is loading the dataset in memory                         | false | false
			""")
	void onlyWhatWasNotExecutedByAServerThatIsNotThePrimaryIsRepeated(String message, boolean alone,
			boolean withSentinel) {
		RedisSystemException failure = new RedisSystemException("Error", new IllegalStateException(message));
		assertThat(refusals(false).mayRepeat(failure)).isEqualTo(alone);
		assertThat(refusals(true).mayRepeat(failure)).isEqualTo(withSentinel);
		assertThat(this.lookedFor).hasValue((alone ? 1 : 0) + (withSentinel ? 1 : 0));
	}

	@Test
	void repetitionEndsWithThePatienceAndBeginsAnewWhenTheConnectionsMoved() {
		WriteRefusals refusals = new WriteRefusals(Duration.ofMillis(50), true, this.lookedFor::incrementAndGet);
		assertThat(refusals.refused()).isTrue();
		await().until(() -> !refusals.refused());
		assertThat(refusals.refused()).isFalse();
		refusals.moved();
		assertThat(refusals.refused()).isTrue();
		assertThat(this.lookedFor).as("within the first second").hasValueLessThanOrEqualTo(2);
	}

	private WriteRefusals refusals(boolean sentinel) {
		return new WriteRefusals(Duration.ofHours(1), sentinel, this.lookedFor::incrementAndGet);
	}

	private RedisLink link(int port, @Nullable ReadFrom readFrom) {
		LettuceClientConfiguration.LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.commandTimeout(Duration.ofSeconds(7))
			.shutdownTimeout(Duration.ZERO);
		if (readFrom != null) {
			client.readFrom(readFrom);
		}
		LettuceConnectionFactory application = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", port), client.build());
		application.afterPropertiesSet();
		this.applications.add(application);
		RedisLink link = new RedisLink(application);
		StartedLink.start(link);
		this.links.add(link);
		return link;
	}

	private static void follow(TestRedis replica, TestRedis primary) {
		replica.execute("REPLICAOF", "127.0.0.1", String.valueOf(primary.getPort()));
		await().atMost(PATIENCE)
			.until(() -> "up".equals(replica.info("replication").getProperty("master_link_status")));
	}

	private static void write(RedisLink link, String key) {
		try (RedisConnection connection = link.connectionFactory().getConnection()) {
			connection.stringCommands().set(key.getBytes(StandardCharsets.UTF_8), "v".getBytes(StandardCharsets.UTF_8));
		}
	}

}
