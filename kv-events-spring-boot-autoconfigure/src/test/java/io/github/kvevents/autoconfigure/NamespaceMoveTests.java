package io.github.kvevents.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestClusterExtension;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.redis.NamespaceMove;
import io.github.kvevents.redis.NamespaceMove.Report;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * A namespace is moved between a server and a cluster, and an application continues with
 * it there.
 */
@ExtendWith({ TestRedisExtension.class, TestClusterExtension.class })
class NamespaceMoveTests {

	private static final int KEYS = 120;

	private static final String PREFIX = "app:";

	private final TestRedis redis;

	private final TestCluster cluster;

	private final List<LettuceConnectionFactory> failing = new ArrayList<>();

	NamespaceMoveTests(TestRedis redis, TestCluster cluster) {
		this.redis = redis;
		this.cluster = cluster;
	}

	@AfterEach
	void close() {
		this.failing.forEach(LettuceConnectionFactory::destroy);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 16, 6 })
	void applicationContinuesOnTheClusterAndBackOnTheServer(int partitions) {
		// only partitions that are merged make duplicates
		boolean exact = 16 % partitions == 0;
		Namespace plain = new Namespace("shop", partitions);
		Namespace tagged = Namespace.tagged("shop", 16);
		String server = "spring.data.redis.port=" + this.redis.getPort();
		String nodes = "spring.data.redis.cluster.nodes=" + this.cluster.addresses();
		try (ConfigurableApplicationContext context = run(server, partitions, true)) {
			write(context, 0, KEYS);
			awaitHandled(context, events(0, KEYS));
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("bad:1", "poison");
			awaitLetter(context);
			context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults()).add(Map.of("celsius", 21));
		}
		try (ConfigurableApplicationContext context = run(server, partitions, false)) {
			write(context, KEYS, 2 * KEYS);
			context.getBean(KvTemplate.class).set("gone", "not delivered", Duration.ofMillis(20));
			context.getBean(KvTemplate.class).set("short", "last value", Duration.ofSeconds(3));
			await().until(() -> length(plain.expired(plain.partitionOf("gone"))) == 1);
		}
		this.redis.execute("RPUSH", PREFIX + "list", "a", "b");
		this.redis.execute("SET", "other:1", "not of the application");
		Report report = move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged);
		assertThat(report).isEqualTo(new Report(2 * KEYS + 3, 2 * KEYS + 1, 1, 2 * KEYS + 4, partitions, 1, 1, 0));
		StringRedisTemplate copied = new StringRedisTemplate(this.cluster.connectionFactory());
		assertThat(copied.keys("*other:1")).isEmpty();
		assertThat(
				copied.opsForList().range("{" + tagged.tag(tagged.partitionOf("list")) + "}" + PREFIX + "list", 0, -1))
			.containsExactly("a", "b");

		try (ConfigurableApplicationContext context = run(nodes, 16, true)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			assertThat(template.get("key:5", String.class)).contains("value 5");
			assertThat(template.getTimeToLive("key:5").orElseThrow()).isBetween(Duration.ofMinutes(50),
					Duration.ofHours(1));
			awaitHandled(context, events(KEYS, 2 * KEYS), exact);
			await().untilAsserted(() -> assertThat(context.getBean(Reactions.class).expired)
				.containsExactlyInAnyOrder("gone=not delivered", "short=last value"));
			KvDeadLetters letters = context.getBean(KvListenerRegistry.class)
				.find("audit")
				.orElseThrow()
				.getDeadLetters();
			assertThat(letters.list(10)).hasSizeBetween(1, exact ? 1 : 2)
				.allSatisfy((letter) -> assertThat(letter.event().getKey()).isEqualTo("bad:1"));
			assertThat(context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults()).tail())
				.hasSize(1);
			assertThat(context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
				.isNotEmpty();
			write(context, 2 * KEYS, 3 * KEYS);
			awaitHandled(context, events(KEYS, 3 * KEYS), exact);
		}
		try (ConfigurableApplicationContext context = run(nodes, 16, false)) {
			write(context, 3 * KEYS, 4 * KEYS);
		}
		try (TestRedis back = TestRedis.start()) {
			Report second = move(this.cluster.connectionFactory(), tagged, back.connectionFactory(), plain);
			assertThat(second.keys()).isEqualTo(4 * KEYS + 2);
			assertThat(second.deadLetters()).isBetween(1L, exact ? 1L : 2L);
			try (ConfigurableApplicationContext context = run("spring.data.redis.port=" + back.getPort(), partitions,
					true)) {
				awaitHandled(context, events(3 * KEYS, 4 * KEYS), partitions == 16);
				assertThat(context.getBean(KvTemplate.class).get("key:300", String.class)).contains("value 300");
				assertThat(back.template().opsForValue().get(PREFIX + "key:300")).contains("value 300");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 16, 5 })
	void abortedMoveIsContinuedAndEndsInTheSameState(int partitions) {
		Namespace plain = new Namespace("shop", partitions);
		Namespace tagged = Namespace.tagged("shop", 16);
		fill(partitions);
		Map<String, Object> before = state(this.redis.template());
		move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged);
		StringRedisTemplate copied = new StringRedisTemplate(this.cluster.connectionFactory());
		Map<String, Object> expected = state(copied);
		assertThat(expected).hasSizeGreaterThan(KEYS);
		if (partitions == tagged.partitions()) {
			IntStream.range(0, partitions)
				.forEach((partition) -> assertThat(counters(copied, tagged.log(partition)))
					.isEqualTo(counters(this.redis.template(), plain.log(partition))));
			assertThat(counters(copied, tagged.log(3))).containsEntry("length", 2L);
		}
		this.cluster.reset();
		this.redis.execute("HDEL", plain.meta(), "move");
		assertThat(state(this.redis.template())).isEqualTo(before);

		int aborted = 0;
		boolean complete = false;
		for (int calls = 3; !complete; calls += 7 + calls / 3) {
			try {
				move(this.redis.connectionFactory(), plain, failingAfter(calls, this.cluster.connectionFactory()),
						tagged);
				complete = true;
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessage("killed");
				aborted++;
				// neither end can be used meanwhile
				assertThat(this.redis.template().opsForHash().get(plain.meta(), "move")).isNotNull();
			}
		}
		assertThat(aborted).isGreaterThan(5);
		assertThat(state(copied)).isEqualTo(expected);
	}

	@Test
	void noApplicationStartsOnAHalfOrOnTheOldCopy() {
		Namespace plain = new Namespace("shop", 16);
		Namespace tagged = Namespace.tagged("shop", 16);
		fill(16);
		String server = "spring.data.redis.port=" + this.redis.getPort();
		assertThatIllegalStateException().isThrownBy(() -> move(this.redis.connectionFactory(), plain,
				failingAfter(60, this.cluster.connectionFactory()), tagged));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run(server, 16, true).close())
			.havingRootCause()
			.withMessageContaining("Namespace 'shop' is being moved from here: run the move to its end")
			.withMessageContaining("HDEL kv-events:{shop}:meta move");
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> run("spring.data.redis.cluster.nodes=" + this.cluster.addresses(), 16, true).close())
			.havingRootCause()
			.withMessageContaining("The move of namespace 'shop' to here is not complete: run it again");
		move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run(server, 16, true).close())
			.havingRootCause()
			.withMessageContaining("Namespace 'shop' was moved to another Redis: connect to that one");
		assertThatRefused(() -> move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged))
			.withMessageContaining("It was moved already");
	}

	@Test
	void dryRunCountsAndWritesNothing() {
		fill(16);
		Map<String, Object> before = state(this.redis.template());
		try (ConfigurableApplicationContext running = run("spring.data.redis.port=" + this.redis.getPort(), 16,
				false)) {
			assertThat(running.isRunning()).isTrue();
			Report report = new NamespaceMove(this.redis.connectionFactory(), new Namespace("shop", 16),
					this.cluster.connectionFactory(), Namespace.tagged("shop", 16), PREFIX)
				.dryRun();
			assertThat(report.keys()).isEqualTo(KEYS + 1);
			assertThat(report.changes()).isLessThan(KEYS).isGreaterThan(KEYS / 2);
			assertThat(report.checkpoints()).isEqualTo(16);
		}
		assertThat(this.cluster.primaries()).allSatisfy((node) -> assertThat(node.execute("DBSIZE")).isEqualTo(0L));
		assertThat(state(this.redis.template())).isEqualTo(before);
	}

	@Test
	void namespaceInUseIsRefused() {
		Namespace plain = new Namespace("shop", 16);
		Namespace tagged = Namespace.tagged("shop", 16);
		fill(16);
		for (Map.Entry<String, String[]> sign : Map
			.of(plain.sweeper(3), new String[] { "SET", "one" }, plain.listener(1, "audit"),
					new String[] { "HSET", "until", "9999999999999" }, plain.hooks(0),
					new String[] { "HSET", "i:one", "9999999999999:90000:f" })
			.entrySet()) {
			List<String> arguments = new ArrayList<>(List.of(sign.getValue()));
			arguments.add(1, sign.getKey());
			this.redis.execute(arguments.get(0), arguments.subList(1, arguments.size()).toArray(String[]::new));
			assertThatRefused(
					() -> move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged))
				.withMessageContaining("The source is in use, as '" + sign.getKey())
				.withMessageContaining("Nothing was copied");
			this.redis.execute("DEL", sign.getKey());
		}
		assertThat(this.redis.template().opsForHash().hasKey(plain.meta(), "move")).isFalse();
		StringRedisTemplate target = new StringRedisTemplate(this.cluster.connectionFactory());
		target.opsForValue().set(tagged.sweeper(7), "one");
		assertThatRefused(() -> move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged))
			.withMessageContaining("The target is in use");
		assertThat(this.redis.template().opsForHash().hasKey(plain.meta(), "move")).isFalse();
	}

	@Test
	void targetWithOtherDataAndAnotherSourceAreRefused() {
		Namespace plain = new Namespace("shop", 16);
		Namespace tagged = Namespace.tagged("shop", 16);
		fill(16);
		StringRedisTemplate target = new StringRedisTemplate(this.cluster.connectionFactory());
		String key = "{" + tagged.tag(tagged.partitionOf("key:3")) + "}" + PREFIX + "key:3";
		target.opsForValue().set(key, "precious");
		assertThatRefused(() -> move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged))
			.withMessageContaining(
					"The target has data that is not from an earlier run of this move, for example '" + key);
		assertThat(target.opsForValue().get(key)).isEqualTo("precious");
		target.delete(key);
		target.opsForZSet().add(tagged.deadlines(5), "x", 1);
		assertThatRefused(() -> move(this.redis.connectionFactory(), plain, this.cluster.connectionFactory(), tagged))
			.withMessageContaining(tagged.deadlines(5));
		assertThat(target.keys("*")).hasSize(1);
		assertThatRefused(() -> move(this.redis.connectionFactory(), new Namespace("shop", 3),
				this.cluster.connectionFactory(), tagged))
			.withMessageContaining("The partitions of the source is '16', but this move was given '3'");
		assertThatIllegalArgumentException().isThrownBy(() -> new NamespaceMove(this.redis.connectionFactory(), plain,
				this.cluster.connectionFactory(), Namespace.tagged("other", 16), PREFIX));
	}

	/**
	 * An application without tracking and log begins to use them.
	 */
	@Test
	void keysWithoutTagsGetThemInTheSameCluster() {
		String nodes = "spring.data.redis.cluster.nodes=" + this.cluster.addresses();
		try (ConfigurableApplicationContext context = RedisApplication.of(Plain.class, this.redis)
			.with(nodes, "kv.events.namespace=shop", "kv.events.key-prefix=" + PREFIX,
					"kv.events.expiry.tracking.mode=off")
			.run()) {
			write(context, 0, KEYS);
			context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults()).add(Map.of("celsius", 21));
		}
		Namespace plain = new Namespace("shop", 16);
		Namespace tagged = Namespace.tagged("shop", 16);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run(nodes, 16, true).close())
			.havingRootCause()
			.withMessageContaining("NamespaceMove");
		LettuceConnectionFactory connections = this.cluster.connectionFactory();
		assertThatIllegalStateException()
			.isThrownBy(() -> move(connections, plain, failingAfter(90, connections), tagged));
		Report report = move(connections, plain, connections, tagged);
		assertThat(report.keys()).isEqualTo(KEYS);
		assertThat(report.eventLogEntries()).isEqualTo(1);
		assertThatRefused(() -> move(connections, plain, connections, tagged));
		try (ConfigurableApplicationContext context = run(nodes, 16, true)) {
			assertThat(context.getBean(KvTemplate.class).get("key:5", String.class)).contains("value 5");
			write(context, KEYS, KEYS + 10);
			awaitHandled(context, events(KEYS, KEYS + 10));
		}
		assertThatRefused(() -> move(connections, tagged, connections, Namespace.tagged("shop", 8)))
			.withMessageContaining("in the same Redis");
	}

	private static ThrowableAssertAlternative<InvalidDataAccessResourceUsageException> assertThatRefused(
			ThrowingCallable move) {
		return assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class).isThrownBy(move)
			.withMessageStartingWith("Namespace 'shop' can't be moved. ");
	}

	private static Report move(RedisConnectionFactory source, Namespace from, RedisConnectionFactory target,
			Namespace to) {
		await().until(() -> isUnused(source, from));
		return new NamespaceMove(source, from, target, to, PREFIX).run();
	}

	/**
	 * The lease of a sweeper ends some seconds after its instance has.
	 */
	private static boolean isUnused(RedisConnectionFactory source, Namespace namespace) {
		StringRedisTemplate template = new StringRedisTemplate(source);
		return IntStream.range(0, namespace.partitions())
			.allMatch((partition) -> "one".equals(template.opsForValue().get(namespace.sweeper(partition)))
					|| !template.hasKey(namespace.sweeper(partition)));
	}

	/**
	 * Connections that end as those of a process that is killed.
	 */
	private RedisConnectionFactory failingAfter(int calls, LettuceConnectionFactory factory) {
		AtomicInteger left = new AtomicInteger(calls);
		LettuceConnectionFactory failing = new LettuceConnectionFactory(
				Objects.requireNonNull(factory.getClusterConfiguration()), factory.getClientConfiguration()) {

			@Override
			public RedisClusterConnection getClusterConnection() {
				if (left.decrementAndGet() < 0) {
					throw new IllegalStateException("killed");
				}
				return super.getClusterConnection();
			}

		};
		failing.afterPropertiesSet();
		failing.start();
		this.failing.add(failing);
		return failing;
	}

	private long length(String stream) {
		return Objects.requireNonNull(this.redis.template().opsForStream().size(stream));
	}

	private void fill(int partitions) {
		String server = "spring.data.redis.port=" + this.redis.getPort();
		try (ConfigurableApplicationContext context = run(server, partitions, true)) {
			write(context, 0, KEYS);
			awaitHandled(context, events(0, KEYS));
			context.getBean(KvTemplate.class).set("bad:1", "poison");
			awaitLetter(context);
			context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults()).add(Map.of("celsius", 21));
		}
		Namespace namespace = new Namespace("shop", partitions);
		await().until(() -> isUnused(this.redis.connectionFactory(), namespace));
		this.redis.template().opsForStream().trim(namespace.log(3), 2, false);
	}

	/**
	 * What tells readers that entries were removed.
	 */
	private static Map<String, Object> counters(StringRedisTemplate template, String stream) {
		Map<String, Object> counters = new TreeMap<>(template.opsForStream().info(stream).getRaw());
		counters.keySet().retainAll(Set.of("length", "entries-added", "last-generated-id", "max-deleted-entry-id"));
		return counters;
	}

	/**
	 * Everything that a database has, by key. What ends by itself is left out.
	 */
	private static Map<String, Object> state(StringRedisTemplate template) {
		Map<String, Object> state = new TreeMap<>();
		for (String key : Objects.requireNonNull(template.keys("*"))) {
			if (key.endsWith(":recent") || key.contains("}:wake") || key.endsWith(":hooks")
					|| key.endsWith(":sweeper")) {
				continue;
			}
			state.put(key, switch (Objects.requireNonNull(template.type(key))) {
				case STRING -> Objects.requireNonNull(template.opsForValue().get(key)) + " until "
						+ template.execute((RedisCallback<Object>) (connection) -> Objects
							.requireNonNull(connection.keyCommands().pTtl(key.getBytes(StandardCharsets.UTF_8))) > 0);
				case HASH -> hash(template, key);
				case ZSET -> Objects.requireNonNull(template.opsForZSet().rangeWithScores(key, 0, -1)).toString();
				case STREAM -> Objects.requireNonNull(template.opsForStream().range(key, Range.unbounded())).toString();
				default -> "another type";
			});
		}
		return state;
	}

	private static Map<Object, Object> hash(StringRedisTemplate template, String key) {
		Map<Object, Object> fields = new HashMap<>(template.opsForHash().entries(key));
		fields.keySet().removeIf((field) -> field.toString().startsWith("instance:") || field.equals("move"));
		return fields;
	}

	private static void write(ConfigurableApplicationContext context, int from, int to) {
		KvTemplate template = context.getBean(KvTemplate.class);
		IntStream.range(from, to)
			.forEach((number) -> template.set("key:" + number, "value " + number, Duration.ofHours(1)));
	}

	private static List<String> events(int from, int to) {
		return IntStream.range(from, to).mapToObj((number) -> "key:" + number).toList();
	}

	private static void awaitHandled(ConfigurableApplicationContext context, List<String> keys) {
		awaitHandled(context, keys, true);
	}

	private static void awaitHandled(ConfigurableApplicationContext context, List<String> keys, boolean exact) {
		Reactions reactions = context.getBean(Reactions.class);
		await().untilAsserted(() -> {
			assertThat(exact ? reactions.handled : Set.copyOf(reactions.handled)).containsAll(keys);
			if (exact) {
				assertThat(reactions.handled).hasSameSizeAs(keys);
			}
		});
	}

	private static void awaitLetter(ConfigurableApplicationContext context) {
		await().until(() -> context.getBean(KvListenerRegistry.class)
			.find("audit")
			.orElseThrow()
			.getDeadLetters()
			.count() == 1);
	}

	private static ConfigurableApplicationContext run(String address, int partitions, boolean listening) {
		return RedisApplication.of(listening ? Listening.class : Plain.class, 1)
			.with(address, "spring.data.redis.timeout=5s", "kv.events.namespace=shop", "kv.events.key-prefix=" + PREFIX,
					"kv.events.partitions=" + partitions, "kv.events.log.enabled=true",
					"kv.events.expiry.tracking.mode=all", "kv.events.expiry.sweep-interval=200ms")
			.run();
	}

	static class Reactions {

		private final Queue<String> handled = new ConcurrentLinkedQueue<>();

		private final Queue<String> expired = new ConcurrentLinkedQueue<>();

		@KvListener(id = "audit", startAt = StartAt.EARLIEST, maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void handle(KvEvent event) {
			if (event.getKey().startsWith("bad:")) {
				throw new IllegalStateException("as it may happen");
			}
			if (event.getKey().startsWith("key:")) {
				this.handled.add(event.getKey());
			}
		}

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event.getKey() + "=" + event.getPreviousValue(String.class));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reactions.class)
	static class Listening {

	}

}
