package io.github.kvevents.redis.doctor;

import java.time.Duration;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.doctor.DoctorFinding;
import io.github.kvevents.doctor.DoctorFinding.Status;
import io.github.kvevents.redis.RedisLink;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is found in the settings of connections. Nothing connects.
 */
class ConnectionsCheckTests {

	private static final RedisStandaloneConfiguration STANDALONE = new RedisStandaloneConfiguration("localhost", 1);

	private static final RedisSentinelConfiguration SENTINEL = new RedisSentinelConfiguration().master("shop")
		.sentinel("localhost", 1);

	@Test
	void timeoutsThatACallerMayWaitAreFine() {
		assertThat(find("timeouts", lettuce(STANDALONE, 2000, 3000, null))).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.OK);
			assertThat(finding.found()).isEqualTo("A command is waited for 2000 ms, a connection 3000 ms");
		});
		assertThat(find("timeouts", jedis(2000, 8)).status()).isEqualTo(Status.OK);
	}

	@Test
	void timeoutsThatAreTooLongOrTooShortAreWarnings() {
		for (RedisConnectionFactory factory : new RedisConnectionFactory[] { lettuce(STANDALONE, 60_000, 3000, null),
				lettuce(STANDALONE, 2000, 11_000, null), jedis(30_000, 8) }) {
			assertThat(find("timeouts", factory)).satisfies((finding) -> {
				assertThat(finding.status()).isEqualTo(Status.WARNING);
				assertThat(finding.fix()).contains("'spring.data.redis.timeout'",
						"'spring.data.redis.connect-timeout'");
			});
		}
		assertThat(find("timeouts", lettuce(STANDALONE, 50, 3000, null))).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found()).contains("counts as away");
		});
	}

	@Test
	void readsFromReplicasAreAWarning() {
		assertThat(find("replica-reads", lettuce(STANDALONE, 2000, 3000, ReadFrom.REPLICA_PREFERRED)))
			.satisfies((finding) -> {
				assertThat(finding.status()).isEqualTo(Status.WARNING);
				assertThat(finding.fix()).contains("'upstream'");
			});
		assertThat(find("replica-reads", lettuce(STANDALONE, 2000, 3000, null)).status()).isEqualTo(Status.OK);
		assertThat(find("replica-reads", lettuce(STANDALONE, 2000, 3000, ReadFrom.UPSTREAM)).status())
			.isEqualTo(Status.OK);
		assertThat(find("replica-reads", jedis(2000, 8)).status()).isEqualTo(Status.OK);
	}

	@Test
	void readsBehindSentinelsShouldNameTheirPreference() {
		assertThat(find("replica-reads", lettuce(SENTINEL, 2000, 3000, null)).status()).isEqualTo(Status.WARNING);
		assertThat(find("replica-reads", lettuce(SENTINEL, 2000, 3000, ReadFrom.UPSTREAM)).status())
			.isEqualTo(Status.OK);
	}

	@Test
	void poolThatIsTooSmallIsAWarningWithTheSizeThatIsNeeded() {
		assertThat(find("pool", jedis(2000, 8))).satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(Status.WARNING);
			assertThat(finding.found())
				.isEqualTo("kv-events needs 10 connections at the same time, but the application's pool has 8");
			assertThat(finding.fix()).contains("to at least 10");
		});
		assertThat(find("pool", jedis(2000, 10)).status()).isEqualTo(Status.OK);
		assertThat(find("pool", lettuce(STANDALONE, 2000, 3000, null)).status()).isEqualTo(Status.OK);
	}

	private static DoctorFinding find(String id, RedisConnectionFactory factory) {
		return new ConnectionsCheck(new RedisLink(factory), 7).examine()
			.stream()
			.filter((finding) -> finding.id().equals(id))
			.findFirst()
			.orElseThrow();
	}

	private static LettuceConnectionFactory lettuce(RedisConfiguration servers, long command, long connect,
			@Nullable ReadFrom readFrom) {
		LettuceClientConfiguration.LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.commandTimeout(Duration.ofMillis(command))
			.clientOptions(ClientOptions.builder()
				.socketOptions(SocketOptions.builder().connectTimeout(Duration.ofMillis(connect)).build())
				.build());
		if (readFrom != null) {
			client.readFrom(readFrom);
		}
		return new LettuceConnectionFactory(servers, client.build());
	}

	private static JedisConnectionFactory jedis(long timeout, int poolSize) {
		GenericObjectPoolConfig<Object> pool = new GenericObjectPoolConfig<>();
		pool.setMaxTotal(poolSize);
		return new JedisConnectionFactory(STANDALONE,
				JedisClientConfiguration.builder()
					.readTimeout(Duration.ofMillis(timeout))
					.connectTimeout(Duration.ofMillis(500))
					.usePooling()
					.poolConfig(pool)
					.build());
	}

}
