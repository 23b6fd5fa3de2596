package io.github.kvevents.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The script with which operators remove the data of a namespace.
 */
@ExtendWith(TestRedisExtension.class)
class RemoveNamespaceTests {

	private static final Namespace SHOP = new Namespace("shop", 3);

	private static final Namespace GLOB = Namespace.of("a*[b]?\\c.%d");

	private final TestRedis redis;

	RemoveNamespaceTests(TestRedis redis) {
		this.redis = redis;
	}

	@Test
	void removesEachKeyOfTheNamespaceAndNoneOfAnother() {
		Set<String> own = fill(SHOP);
		Set<String> others = new TreeSet<>(Set.of("shop", "shop:0", "kv-events", "kv-events:{shop", "{shop:0}:log",
				"kv-events:{shop}:mine", "kv-events:{shop:}:log", "kv-events:{shop:0:log", "x:kv-events:{shop:0}:log",
				"kv-events:{shop:0}:meta"));
		others.forEach((key) -> this.redis.template().opsForValue().set(key, "x"));
		for (String name : List.of("shop-admin", "shop:admin", "shop:0-admin", "shop:0:a", "sho", "shops", "Shop", "s*",
				"*")) {
			others.addAll(fill(Namespace.of(name)));
		}
		assertThat(run("shop", "remove")).startsWith("Namespace 'shop': %d keys, removed".formatted(own.size()))
			.hasSize(own.size() + 1);
		assertThat(keys()).isEqualTo(others);
	}

	@Test
	@ExtendWith(TestClusterExtension.class)
	void removesTheKeysOfEachPrimaryOfACluster(TestCluster cluster) {
		RedisConnectionFactory connections = cluster.sharedConnections();
		StringRedisTemplate template = new StringRedisTemplate(connections);
		for (Namespace namespace : List.of(Namespace.tagged("shop", 16), new Namespace("shop", 3),
				Namespace.tagged("shops", 16))) {
			template.opsForHash().put(namespace.meta(), "partitions", "3");
			for (int partition = 0; partition < namespace.partitions(); partition++) {
				template.opsForZSet().add(namespace.deadlines(partition), "a", 1);
				template.opsForHash().put(namespace.listener(partition, "one"), "until", "1");
			}
			new StoreKvEventLogs(new RedisEventLogStore(connections, namespace, null), new PlainKvCodec())
				.open("sensors", EventLogOptions.defaults())
				.add(Map.of("a", "1"));
		}
		template.opsForValue().set("{shop:0-61}order:7", "x");
		template.opsForValue().set(Namespace.tagged("shop", 16).sweeper(9), "one");
		assertThat(cluster.primaries())
			.anySatisfy((node) -> assertThatException().isThrownBy(() -> run(node, "shop", "remove"))
				.havingRootCause()
				.withMessageContaining("Namespace 'shop' is in use, as 'kv-events:{shop:9-"));
		template.delete(Namespace.tagged("shop", 16).sweeper(9));
		assertThat(cluster.primaries().stream().mapToInt((node) -> run(node, "shop", "remove").size()).sum())
			.isPositive();
		assertThat(template.keys("kv-events:*")).hasSize(1 + 2 * 16 + 1)
			.allMatch((key) -> key.startsWith("kv-events:{shops"));
		assertThat(template.keys("*")).contains("{shop:0-61}order:7").hasSize(1 + 2 * 16 + 2);
	}

	@Test
	void patternCharactersInANameAreLiteral() {
		Set<String> own = fill(GLOB);
		Set<String> others = new TreeSet<>(fill(Namespace.of("axxb?\\c.%d")));
		others.addAll(fill(Namespace.of("a*b?\\c.%d")));
		others.addAll(fill(Namespace.of("a*[b]x\\c.%d")));
		others.addAll(fill(Namespace.of("a*[b]?cx1")));
		assertThat(run(GLOB.name(), "remove")).hasSize(own.size() + 1);
		assertThat(keys()).isEqualTo(others);
		assertThat(run("*", "remove").get(0)).startsWith("Nothing of a namespace '*' exists in this database");
		assertThat(keys()).isEqualTo(others);
	}

	@Test
	void listsWithNumbersAndRemovesNothingByDefault() {
		Set<String> before = fill(SHOP);
		List<String> lines = run("shop");
		assertThat(lines).hasSize(before.size() + 1)
			.startsWith("Namespace 'shop': %d keys, nothing was removed".formatted(before.size()))
			.contains("kv-events:{shop}:meta: 1", "kv-events:{shop:0}:log: 2", "kv-events:{shop:1}:deadlines: 1")
			.contains("kv-events:{shop:2}:listener:one: 1");
		assertThat(keys()).isEqualTo(before);
	}

	@Test
	void refusesWhileAnInstanceRunsUnlessForced() {
		String future = String.valueOf(System.currentTimeMillis() + Duration.ofHours(1).toMillis());
		Set<String> others = fill(Namespace.of("shop-admin"));
		this.redis.execute("SET", "kv-events:{shop-admin:0}:sweeper", "other");
		others.add("kv-events:{shop-admin:0}:sweeper");
		List<Runnable> signs = List.of(() -> this.redis.execute("SET", SHOP.sweeper(2), "one"),
				() -> this.redis.execute("HSET", SHOP.listener(1, "one"), "owner", "i", "until", future),
				() -> this.redis.execute("HSET", SHOP.listener(0, "one"), "instance:i", future),
				() -> this.redis.execute("HSET", SHOP.hooks(0), "i:one", future + ":90000:f"));
		for (Runnable sign : signs) {
			fill(SHOP);
			sign.run();
			Set<String> before = keys();
			assertThatException().isThrownBy(() -> run("shop", "remove"))
				.havingRootCause()
				.withMessageContaining("Namespace 'shop' is in use, as 'kv-events:{shop:")
				.withMessageContaining("Nothing was removed");
			assertThat(run("shop").get(0)).contains("an instance is running; nothing was removed");
			assertThat(keys()).isEqualTo(before);
			assertThat(run("shop", "force").get(0)).endsWith("removed");
			assertThat(keys()).isEqualTo(others);
		}
	}

	@Test
	void unknownNameIsReportedWithTheExistingOnes() {
		assertThat(run("shop", "remove"))
			.containsExactly("Nothing of a namespace 'shop' exists in this database: check "
					+ "the name and, with -n, the database. It has no namespace at all");
		Set<String> before = fill(SHOP);
		before.addAll(fill(Namespace.of("shop-admin")));
		before.addAll(fill(GLOB));
		for (String key : List.of("kv-events:{other}:mine", "kv-events:{a:0}:meta", "kv-events:{b", "{c:0}:log")) {
			this.redis.template().opsForValue().set(key, "x");
			before.add(key);
		}
		for (String[] arguments : new String[][] { { "shpo" }, { "shpo", "remove" }, { "shpo", "force" } }) {
			assertThat(run(arguments))
				.containsExactly("Nothing of a namespace 'shpo' exists in this database: check the "
						+ "name and, with -n, the database. It has: 'a*[b]?\\c.%d', 'shop', 'shop-admin'");
		}
		for (String near : List.of("Shop", "shop:0", "shop ", "sho", "s*")) {
			assertThat(run(near, "force").get(0)).startsWith("Nothing of a namespace '" + near + "' exists");
		}
		assertThat(keys()).isEqualTo(before);
	}

	@Test
	void wrongArgumentsAreRefused() {
		Set<String> before = fill(SHOP);
		for (String[] arguments : new String[][] { {}, { "" }, { "shop", "delete" }, { "shop", "remove", "x" } }) {
			assertThatException().isThrownBy(() -> run(arguments)).havingRootCause().withMessageContaining("Usage");
		}
		assertThat(keys()).isEqualTo(before);
	}

	/**
	 * A key of each kind, as a namespace has them when its instances are stopped.
	 * @return the names of the keys
	 */
	private Set<String> fill(Namespace namespace) {
		Set<String> before = keys();
		this.redis.execute("HSET", namespace.meta(), "partitions", "3");
		for (int partition = 0; partition < namespace.partitions(); partition++) {
			this.redis.execute("ZADD", namespace.deadlines(partition), "1", "a");
			this.redis.execute("ZADD", namespace.recent(partition), "1", "a");
			this.redis.execute("ZADD", namespace.listeners(partition), "1", "one");
			this.redis.execute("HSET", namespace.values(partition), "a", "1");
			this.redis.execute("HSET", namespace.listener(partition, "one"), "until", "1");
			this.redis.execute("HSET", namespace.hooks(partition), "i:one", "1:90000:f");
			this.redis.execute("HSET", namespace.handed(partition), "a", "1");
			for (String stream : List.of(namespace.expired(partition), namespace.log(partition),
					namespace.deadLetters(partition, "one\n}:two"), namespace.wake(partition, "one"))) {
				this.redis.execute("XADD", stream, "*", "a", "1");
				this.redis.execute("XADD", stream, "*", "a", "2");
			}
		}
		StoreKvEventLogs logs = new StoreKvEventLogs(
				new RedisEventLogStore(this.redis.template().getRequiredConnectionFactory(), namespace, null),
				new PlainKvCodec());
		logs.open("sensors {x}", EventLogOptions.defaults()).add(Map.of("a", "1"));
		Set<String> keys = keys();
		keys.removeAll(before);
		assertThat(keys).hasSize(2 + 11 * namespace.partitions());
		return keys;
	}

	private Set<String> keys() {
		return new TreeSet<>(this.redis.template().keys("*"));
	}

	private List<String> run(String... arguments) {
		return run(this.redis, arguments);
	}

	private static List<String> run(TestRedis redis, String... arguments) {
		byte[][] bytes = Stream.of(arguments)
			.map((argument) -> argument.getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
		List<byte[]> lines = redis.template()
			.execute((RedisCallback<List<byte[]>>) (connection) -> connection.scriptingCommands()
				.eval(script().getBytes(StandardCharsets.UTF_8), ReturnType.MULTI, 0, bytes));
		return lines.stream().map((line) -> new String(line, StandardCharsets.UTF_8)).toList();
	}

	private static String script() {
		try {
			return new ClassPathResource("META-INF/kv-events/remove-namespace.lua")
				.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
