package io.github.kvevents.redis;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What connection factories are configured with. Nothing connects.
 */
class ConnectionSettingsTests {

	@ParameterizedTest
	@MethodSource("factories")
	void topologyIsThatOfTheFactoryWithoutItsPassword(Expected expected) {
		ConnectionSettings settings = ConnectionSettings.of(expected.factory());
		assertThat(settings.topology()).isEqualTo(expected.topology());
		assertThat(settings.database()).isEqualTo(expected.database());
		assertThat(settings.isSentinel()).isEqualTo(expected.topology().contains("Sentinel"));
		assertThat(settings.isReplicated()).isEqualTo(!expected.topology().contains("standalone"));
		assertThat(ConnectionSettings.of(new RedisLink(expected.factory()).connectionFactory()).topology())
			.isEqualTo(expected.topology());
	}

	static List<Expected> factories() {
		RedisStandaloneConfiguration standalone = new RedisStandaloneConfiguration("redis.internal", 6380);
		standalone.setDatabase(3);
		standalone.setPassword("secret");
		RedisSentinelConfiguration sentinel = new RedisSentinelConfiguration().master("shop")
			.sentinel("one", 26379)
			.sentinel("two", 26380);
		sentinel.setDatabase(1);
		sentinel.setSentinelPassword("secret");
		RedisClusterConfiguration cluster = new RedisClusterConfiguration(
				List.of("n1:1", "n2:2", "n3:3", "n4:4", "n5:5", "n6:6", "n7:7", "n8:8"));
		RedisStaticMasterReplicaConfiguration replicated = new RedisStaticMasterReplicaConfiguration("a", 1).node("b",
				2);
		replicated.setDatabase(4);
		String sentinels = "primary 'shop' of the Sentinels at one:26379, two:26380";
		String nodes = "Redis Cluster at n1:1, n2:2, n3:3, n4:4, n5:5, n6:6 and 2 more";
		return List.of(new Expected(new LettuceConnectionFactory(standalone), "standalone at redis.internal:6380", 3),
				new Expected(new JedisConnectionFactory(standalone), "standalone at redis.internal:6380", 3),
				new Expected(new LettuceConnectionFactory(sentinel), sentinels, 1),
				new Expected(new JedisConnectionFactory(sentinel), sentinels, 1),
				new Expected(new LettuceConnectionFactory(cluster), nodes, 0),
				new Expected(new JedisConnectionFactory(cluster), nodes, 0),
				new Expected(new LettuceConnectionFactory(replicated), "primary and replicas at a:1, b:2", 4),
				new Expected(new LettuceConnectionFactory(new RedisSocketConfiguration("/run/redis.sock")),
						"standalone at /run/redis.sock", 0));
	}

	record Expected(RedisConnectionFactory factory, String topology, int database) {

		@Override
		public String toString() {
			return this.factory.getClass().getSimpleName() + ": " + this.topology;
		}

	}

}
