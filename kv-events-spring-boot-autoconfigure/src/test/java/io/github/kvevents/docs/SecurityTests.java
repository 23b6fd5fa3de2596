package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.api.async.RedisAclAsyncCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.redis.NamespaceMove;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each user of Redis on the page about security may do what its feature needs, and
 * nothing else.
 */
class SecurityTests {

	private static final Namespace NAMESPACE = new Namespace("shop", 3);

	private TestRedis redis;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start("notify-keyspace-events", "Ex");
	}

	@AfterEach
	void stop() {
		this.redis.close();
	}

	@ParameterizedTest
	@EnumSource
	void theUserMayDoWhatItsFeatureNeedsAndNothingIsDenied(UserOfOneFeature feature) throws Exception {
		Set<String> granted = create(this.redis, feature.user);
		// of a version that didn't know whether the namespace was chosen on purpose
		this.redis.execute("HSET", NAMESPACE.meta(), "application", "", "main-class", "", "on-purpose", "false");
		try (ConfigurableApplicationContext context = start(feature)) {
			feature.use(context, this.redis);
			if (feature == UserOfOneFeature.EXPIRY || feature == UserOfOneFeature.EVERYTHING) {
				writeAfterTheDeadline(context);
			}
			assertThat(context.getBean(KvEventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
		}
		assertThat(denied(this.redis)).isEmpty();
		assertThat(called(this.redis)).as("without any one of them something would have been denied")
			.containsAll(granted);
	}

	/**
	 * No sweep knows of the deadline, so that the write finds it.
	 */
	private void writeAfterTheDeadline(ConfigurableApplicationContext context) {
		this.redis.execute("ZADD", NAMESPACE.deadlines(NAMESPACE.partitionOf("late")), "1700000000000", "shop:late");
		context.getBean(KvTemplate.class).set("late", "x", Duration.ofHours(1));
		await().until(() -> context.getBean(UserOfOneFeature.Expiring.class).expired.contains("late"));
	}

	@Test
	void theUsersOfAMoveMayDoWhatItNeedsAndNothingIsDenied() throws Exception {
		try (TestRedis target = TestRedis.start()) {
			fill();
			Set<String> from = create(this.redis, "shop-move-from");
			Set<String> to = create(target, "shop-move-to");
			NamespaceMove move = new NamespaceMove(connect(this.redis, "shop-move-from"), NAMESPACE,
					connect(target, "shop-move-to"), NAMESPACE, "shop:");
			assertThat(move.dryRun().keys()).isGreaterThan(2);
			NamespaceMove.Report report = move.run();
			assertThat(report.keys()).isGreaterThan(2);
			// as if it had been killed shortly before its end
			this.redis.execute("HSET", NAMESPACE.meta(), "move", "from the-first");
			target.execute("HSET", NAMESPACE.meta(), "move", "to the-first");
			assertThat(move.run()).isEqualTo(report);
			assertThat(denied(this.redis)).isEmpty();
			assertThat(denied(target)).isEmpty();
			assertThat(called(this.redis)).containsAll(from);
			assertThat(called(target)).containsAll(to);
		}
	}

	@Test
	void theUserWhoRemovesANamespaceMayDoWhatThatNeedsAndNothingIsDenied() throws Exception {
		fill();
		Set<String> granted = create(this.redis, "shop-remove");
		byte[] script = new ClassPathResource("META-INF/kv-events/remove-namespace.lua").getContentAsByteArray();
		try (RedisConnection connection = connect(this.redis, "shop-remove").getConnection()) {
			connection.scriptingCommands()
				.eval(script, ReturnType.MULTI, 0, "shop".getBytes(StandardCharsets.UTF_8),
						"remove".getBytes(StandardCharsets.UTF_8));
		}
		assertThat(denied(this.redis)).isEmpty();
		assertThat(called(this.redis)).containsAll(granted);
		assertThat(this.redis.template().keys("kv-events:*")).isEmpty();
	}

	/**
	 * Writes something of each kind as another user.
	 */
	private void fill() throws IOException {
		create(this.redis, UserOfOneFeature.EVERYTHING.user);
		try (ConfigurableApplicationContext context = start(UserOfOneFeature.EVERYTHING)) {
			UserOfOneFeature.EVERYTHING.use(context, this.redis);
			context.getBean(KvTemplate.class).set("later", "x", Duration.ofHours(1));
		}
		this.redis.execute("RPUSH", "shop:list", "a");
		String emptied = NAMESPACE.eventLog("emptied");
		this.redis.execute("XADD", emptied, "1-1", "a", "b");
		this.redis.execute("XDEL", emptied, "1-1");
	}

	@ParameterizedTest
	@MethodSource("users")
	void nobodyMayDoAnythingElse(String user) throws IOException {
		create(this.redis, user);
		for (String command : List.of("FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG SET maxmemory 1",
				"CONFIG GET requirepass", "SHUTDOWN", "ACL LIST", "ACL SETUSER " + user + " +@all", "SCRIPT FLUSH",
				"SCRIPT KILL", "FUNCTION FLUSH", "DEBUG SLEEP 1", "MONITOR", "CLIENT KILL ID 1",
				"REPLICAOF 127.0.0.1 1", "MODULE LIST", "SAVE", "MIGRATE 127.0.0.1 1 shop:a 0 1",
				"PUBLISH __keyevent@0__:expired shop:a", "SUBSCRIBE __keyevent@0__:del", "PSUBSCRIBE *", "GET other:1",
				"SET other:1 x", "DEL kv-events:{other:0}:log", "XADD kv-events:{shop2:0}:log * a b",
				"DEL kv-events:{shop2}:meta", "SWAPDB 0 1")) {
			if (!(command.startsWith("CONFIG GET") && List.of("shop", "shop-notifications").contains(user))) {
				assertThat(dryRun(user, command)).as(command).startsWith("This user has no permissions");
			}
		}
	}

	static Stream<String> users() throws IOException {
		return lines("\\S+").map((line) -> line.group(1));
	}

	private String dryRun(String user, String command) {
		List<String> words = new ArrayList<>(List.of("DRYRUN", user));
		words.addAll(List.of(command.split(" ")));
		Object reply = this.redis.execute("ACL", words.toArray(String[]::new));
		return (reply instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
	}

	/**
	 * Creates a user as the page says, and forgets what was called before.
	 * @return the commands that the user may run
	 */
	private static Set<String> create(TestRedis redis, String user) throws IOException {
		String line = lines(user).map((found) -> found.group(2)).findFirst().orElseThrow();
		List<String> rules = new ArrayList<>(List.of("SETUSER", user));
		rules.addAll(List.of(line.split(" ")));
		if (!redis.version().startsWith("7.0.")) {
			// as the page says
			rules.add("+client|setinfo");
		}
		redis.execute("ACL", rules.toArray(String[]::new));
		redis.execute("CONFIG", "RESETSTAT");
		return Stream.of(line.split(" "))
			.filter((rule) -> rule.startsWith("+"))
			.map((rule) -> rule.substring(1))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Stream<MatchResult> lines(String user) throws IOException {
		return Pattern.compile("^ACL SETUSER (" + user + ") (.*)$", Pattern.MULTILINE)
			.matcher(Files.readString(Path.of("..", "docs", "security.md")))
			.results();
	}

	private static Set<String> called(TestRedis redis) {
		return redis.info("commandstats")
			.stringPropertyNames()
			.stream()
			.map((name) -> name.substring("cmdstat_".length()))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static List<Map<String, Object>> denied(TestRedis redis) throws Exception {
		try (RedisConnection connection = redis.connectionFactory().getConnection()) {
			return ((RedisAclAsyncCommands<?, ?>) connection.getNativeConnection()).aclLog().get();
		}
	}

	private static LettuceConnectionFactory connect(TestRedis redis, String user) {
		RedisStandaloneConfiguration address = new RedisStandaloneConfiguration("127.0.0.1", redis.getPort());
		address.setUsername(user);
		address.setPassword("secret");
		LettuceConnectionFactory factory = new LettuceConnectionFactory(address);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	private ConfigurableApplicationContext start(UserOfOneFeature feature) {
		List<String> properties = new ArrayList<>(feature.properties());
		properties.addAll(
				List.of("spring.data.redis.port=" + this.redis.getPort(), "spring.data.redis.username=" + feature.user,
						"spring.data.redis.password=secret", "kv.events.key-prefix=shop:", "kv.events.namespace=shop",
						"kv.events.partitions=3", "kv.events.log.enabled=" + feature.logged()));
		return new SpringApplicationBuilder(feature.application).web(WebApplicationType.NONE)
			.properties(properties.toArray(String[]::new))
			.run();
	}

}
