package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.redis.NamespaceMove.Report;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Moves of more than a page, with either driver.
 */
@ExtendWith({ TestRedisExtension.class, TestClusterExtension.class })
class NamespaceMovePagesTests {

	private static final int KEYS = 3000;

	/** Writes tracked keys with their entries in the log. */
	private static final String FILL = """
			local value = string.rep('x', 500)
			for index = 1, tonumber(ARGV[1]) do
				local key = 'app:key:' .. index
				redis.call('SET', key, value, 'PXAT', 4000000000000 + index)
				redis.call('ZADD', KEYS[1], 4000000000000 + index, key)
				redis.call('HSET', KEYS[2], key, value, '\\255' .. key, (4000000000000 + index) .. ':n=' .. index)
				redis.call('XADD', KEYS[3], '*', 'm', 'S:op' .. index .. '::shop', 'k', key, 'v', value)
			end""";

	private static final Namespace PLAIN = new Namespace("shop", 1);

	private static final Namespace TAGGED = Namespace.tagged("shop", 16);

	private static final Report ALL = new Report(KEYS + 1, KEYS, 0, KEYS, 0, 0, 0, 0);

	@Test
	void manyKeysAndLargeOnesAreCopiedThereAndBack(TestRedis redis, TestCluster cluster) {
		fill(redis);
		assertThat(
				new NamespaceMove(redis.connectionFactory(), PLAIN, cluster.connectionFactory(), TAGGED, "app:").run())
			.isEqualTo(ALL);
		StringRedisTemplate moved = new StringRedisTemplate(cluster.connectionFactory());
		assertThat(moved.opsForValue().get("{" + TAGGED.tag(TAGGED.partitionOf("large")) + "}app:large"))
			.hasSize(5_000_000);
		String key = "{" + TAGGED.tag(TAGGED.partitionOf("key:77")) + "}app:key:77";
		assertThat(moved.opsForZSet().score(TAGGED.deadlines(TAGGED.partitionOf("key:77")), key))
			.isEqualTo(4_000_000_000_077d);
		assertThat(moved.opsForHash().get(TAGGED.values(TAGGED.partitionOf("key:77")), key)).isNotNull();
		assertThat(headers(moved, TAGGED.values(TAGGED.partitionOf("key:77")), key)).isEqualTo("4000000000077:n=77");
		try (TestRedis back = TestRedis.start()) {
			assertThat(new NamespaceMove(cluster.connectionFactory(), TAGGED, back.connectionFactory(), PLAIN, "app:")
				.run()).isEqualTo(ALL);
			assertThat(back.execute("DBSIZE")).isEqualTo(KEYS + 1L + 4);
			assertThat(back.template().opsForStream().size(PLAIN.log(0))).isEqualTo(KEYS);
			assertThat(back.template().opsForHash().size(PLAIN.values(0))).isEqualTo(2L * KEYS);
			assertThat(headers(back.template(), PLAIN.values(0), "app:key:7")).isEqualTo("4000000000007:n=7");
		}
	}

	@Test
	void withJedis(TestRedis redis, TestCluster cluster) {
		fill(redis);
		JedisConnectionFactory server = start(
				new JedisConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", redis.getPort())));
		JedisConnectionFactory nodes = start(
				new JedisConnectionFactory(new RedisClusterConfiguration(List.of(cluster.addresses().split(",")))));
		try {
			assertThat(new NamespaceMove(server, PLAIN, nodes, TAGGED, "app:").run()).isEqualTo(ALL);
			KvTemplate template = KvTemplate
				.builder(
						new RedisKvStore(nodes, nodes, KeyNames.prefixedWith("app:").in(TAGGED), null,
								new ChangeLogSettings(TAGGED, "one", 1000, Duration.ofHours(1)), null),
						new PlainKvCodec())
				.build();
			Map<String, String> values = new HashMap<>();
			for (int number = 1; number <= 500; number++) {
				values.put("key:" + number, "new");
			}
			template.batchSet(values);
			assertThat(template.batchGet(values.keySet(), String.class)).isEqualTo(values);
			assertThat(template.keys("key:")).hasSize(KEYS);
			assertThat(new NamespaceMove(nodes, TAGGED, server, PLAIN, "app:").dryRun().changes())
				.isEqualTo(KEYS + 500);
		}
		finally {
			nodes.destroy();
			server.destroy();
		}
	}

	private static @Nullable String headers(StringRedisTemplate template, String values, String key) {
		byte[] field = ("\u00ff" + key).getBytes(StandardCharsets.ISO_8859_1);
		byte[] headers = template
			.execute((RedisCallback<byte[]>) (connection) -> connection.hashCommands().hGet(bytes(values), field));
		return (headers != null) ? new String(headers, StandardCharsets.UTF_8) : null;
	}

	private static JedisConnectionFactory start(JedisConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	private static void fill(TestRedis redis) {
		byte[][] arguments = { bytes(PLAIN.deadlines(0)), bytes(PLAIN.values(0)), bytes(PLAIN.log(0)),
				bytes(String.valueOf(KEYS)) };
		redis.template()
			.execute((RedisCallback<Object>) (connection) -> connection.scriptingCommands()
				.eval(bytes(FILL), ReturnType.VALUE, 3, arguments));
		redis.template().opsForValue().set("app:large", "y".repeat(5_000_000));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
