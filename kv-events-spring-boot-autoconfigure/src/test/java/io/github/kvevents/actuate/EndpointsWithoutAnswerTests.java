package io.github.kvevents.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperationRequestPredicate;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Endpoints of an application whose Redis doesn't answer, while its commands may take far
 * longer than a request: a monitoring system that asks every few seconds must not occupy
 * all threads of the web server.
 */
class EndpointsWithoutAnswerTests {

	private static final String TIMEOUT = "QueryTimeoutException";

	/** Two seconds, and what a machine with much else to do may add. */
	private static final Duration BOUND = Duration.ofSeconds(2 + 4);

	/** The doctor says itself how long it takes. */
	private static final Duration DOCTORS = Duration.ofSeconds(5 + 4);

	/** What asks the store, by the operation; with what the answer has in it then. */
	private static final Map<String, List<Request>> READS = Map.of("GET kvhooks",
			List.of(new Request("/kvhooks", "\"expired\"")), "GET kvhooks/{id}",
			List.of(new Request("/kvhooks/expired", "\"expired\"")), "GET kvexpiry",
			List.of(new Request("/kvexpiry", TIMEOUT)), "GET kvlisteners",
			List.of(new Request("/kvlisteners", "\"audit\"", "\"other\"", TIMEOUT)), "GET kvlisteners/{id}",
			List.of(new Request("/kvlisteners/audit", "\"audit\"", TIMEOUT)), "GET kvlisteners/{id}/{part}",
			List.of(new Request("/kvlisteners/audit/deadletters", "did not answer in time")), "GET kvdoctor",
			List.of(new Request("/kvdoctor", DOCTORS, "checks")), "GET kvconsole",
			List.of(new Request("/kvconsole", "html")), "GET kvconsole/{part}",
			List.of(new Request("/kvconsole/console.js", ""), new Request("/kvconsole/console.css", ""),
					new Request("/kvconsole/console.svg", ""), new Request("/kvconsole/state", "instance"),
					new Request("/kvconsole/hooks", "\"expired\""),
					new Request("/kvconsole/listeners", "\"audit\"", "\"other\"", TIMEOUT),
					new Request("/kvconsole/ids", "\"audit\""),
					new Request("/kvconsole/letters?listener=audit", "did not answer in time"),
					new Request("/kvconsole/expiry", TIMEOUT), new Request("/kvconsole/changes", "\"feed\"", TIMEOUT),
					new Request("/kvconsole/doctor", DOCTORS, "checks")));

	/** Of Spring Boot, with parts of kv-events. */
	private static final List<Request> OTHERS = List.of(new Request("/health", "\"DOWN\""),
			new Request("/health/kvEvents", "\"DOWN\"", TIMEOUT), new Request("/info", ""),
			new Request("/metrics/kv.expiry.tracked", "kv.expiry.tracked"),
			new Request("/metrics/kv.listener.lag", "kv.listener.lag"));

	private static final Set<String> WRITES = Set.of("POST kvhooks/{id}", "POST kvlisteners/{id}",
			"POST kvconsole/{part}");

	private static TestRedis redis;

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		context = run("spring.data.redis.port=" + redis.getPort());
	}

	@AfterAll
	static void stop() {
		context.close();
		redis.close();
	}

	@AfterEach
	void answersAgain() {
		redis.thaw();
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(get(context, "/health/kvEvents").body()).contains("\"UP\""));
	}

	@Test
	void eachOperationIsAskedHere() {
		Set<String> operations = context.getBean(WebEndpointsSupplier.class)
			.getEndpoints()
			.stream()
			.filter((endpoint) -> endpoint.getEndpointId().toString().startsWith("kv"))
			.flatMap((endpoint) -> endpoint.getOperations().stream())
			.map((operation) -> name(operation.getRequestPredicate()))
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> asked = new TreeSet<>(READS.keySet());
		asked.addAll(WRITES);
		assertThat(operations).isEqualTo(asked);
		String parts = ConsolePath.PARTS.replace("{part:console\\.(?:js|css|svg)|", "").replace("}", "");
		assertThat(Objects.requireNonNull(READS.get("GET kvconsole/{part}")).stream().map(Request::path))
			.allSatisfy((path) -> assertThat(path).startsWith("/kvconsole/"))
			.map((path) -> path.replaceAll("/kvconsole/|[?].*", ""))
			.filteredOn((part) -> !part.startsWith("console."))
			.containsExactlyInAnyOrder(parts.split("[|]"));
	}

	private static String name(WebOperationRequestPredicate predicate) {
		return predicate.getHttpMethod() + " " + predicate.getPath();
	}

	static Stream<Request> reads() {
		return Stream.concat(READS.values().stream().flatMap(List::stream), OTHERS.stream());
	}

	@ParameterizedTest
	@MethodSource("reads")
	void answersInTimeWhileRedisIsFrozen(Request request) throws Exception {
		assertThat(get(context, request.path()).statusCode()).isEqualTo(200);
		redis.freeze();
		request.isAnsweredInTime(context);
	}

	@Test
	void manyRequestsAtOnceDontWaitForEachOther() {
		redis.freeze();
		areAnsweredInTime(context, 5);
	}

	@Test
	void answersInTimeWithoutRedis() throws Exception {
		try (TestRedis away = TestRedis.start();
				ConfigurableApplicationContext lonely = run("spring.data.redis.port=" + away.getPort(),
						"spring.application.name=lonely")) {
			away.kill();
			areAnsweredInTime(lonely, 1);
		}
	}

	@Test
	void answersInTimeWhileANodeOfAClusterIsFrozen() throws Exception {
		try (TestCluster cluster = TestCluster.start(3);
				ConfigurableApplicationContext clustered = run("spring.data.redis.cluster.nodes=" + cluster.addresses(),
						"kv.events.partitions=6", "spring.application.name=clustered")) {
			cluster.primaries().get(0).freeze();
			areAnsweredInTime(clustered, 1);
		}
	}

	@Test
	void actionIsNotCutOffAndTellsItsOutcome() throws Exception {
		redis.freeze();
		CompletableFuture<HttpResponse<String>> action = action(context, "pause");
		for (int number = 0; number < 2; number++) {
			timed(context, "/kvlisteners/audit", BOUND);
		}
		assertThat(action).isNotDone();
		redis.thaw();
		HttpResponse<String> outcome = action.get(60, TimeUnit.SECONDS);
		assertThat(outcome.statusCode()).as(outcome.body()).isEqualTo(200);
		assertThat(outcome.body()).contains("\"state\":\"PAUSED\"");
		assertThat(action(context, "resume").get(60, TimeUnit.SECONDS).body()).contains("\"storeError\":null");
	}

	private static void areAnsweredInTime(ConfigurableApplicationContext context, int times) {
		List<Request> requests = Collections.nCopies(times, reads().toList()).stream().flatMap(List::stream).toList();
		long begun = System.nanoTime();
		List<CompletableFuture<Duration>> answers = requests.stream()
			.map((request) -> send(context, request.path())
				.thenApply((answer) -> Duration.ofNanos(System.nanoTime() - begun)))
			.toList();
		for (int index = 0; index < requests.size(); index++) {
			assertThat(answers.get(index).join()).as(requests.get(index).path())
				.isLessThan(requests.get(index).bound());
		}
	}

	private static CompletableFuture<HttpResponse<String>> action(ConfigurableApplicationContext context,
			String action) {
		return HttpClient.newHttpClient()
			.sendAsync(HttpRequest.newBuilder(uri(context, "/kvlisteners/audit"))
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("{\"action\":\"" + action + "\"}"))
				.build(), BodyHandlers.ofString());
	}

	private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
		return send(context, path).get(60, TimeUnit.SECONDS);
	}

	private static CompletableFuture<HttpResponse<String>> send(ConfigurableApplicationContext context, String path) {
		return HttpClient.newHttpClient()
			.sendAsync(HttpRequest.newBuilder(uri(context, path)).GET().build(), BodyHandlers.ofString());
	}

	private static HttpResponse<String> timed(ConfigurableApplicationContext context, String path, Duration bound)
			throws Exception {
		long begun = System.nanoTime();
		HttpResponse<String> answer = get(context, path);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).as(path + ": " + answer.body()).isLessThan(bound);
		return answer;
	}

	private static URI uri(ConfigurableApplicationContext context, String path) {
		return URI.create("http://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port")
				+ "/actuator" + path);
	}

	private static ConfigurableApplicationContext run(String... properties) {
		Collection<String> all = new ArrayList<>(List.of("server.port=0", "spring.data.redis.timeout=30s",
				"kv.events.log.enabled=true", "kv.events.hooks.shutdown-timeout=1s",
				"kv.events.expiry.tracking.mode=all", "management.endpoints.web.exposure.include=*",
				"management.endpoint.health.show-details=always", "management.health.redis.enabled=false"));
		all.addAll(Arrays.asList(properties));
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties(all.toArray(String[]::new))
			.run();
		KvTemplate template = context.getBean(KvTemplate.class);
		template.set("order:1", "x", Duration.ofMinutes(7));
		return context;
	}

	/**
	 * A read, and what its answer contains while the store doesn't answer.
	 */
	private record Request(String path, Duration bound, List<String> content) {

		Request(String path, String... content) {
			this(path, BOUND, content);
		}

		Request(String path, Duration bound, String... content) {
			this(path, bound, List.of(content));
		}

		void isAnsweredInTime(ConfigurableApplicationContext context) throws Exception {
			assertThat(timed(context, path(), bound()).body()).contains(content());
		}

		@Override
		public String toString() {
			return path();
		}

	}

	static class Reactions {

		@OnKvExpired(id = "expired", prefix = "order:")
		void expired(String key) {
		}

		@KvHook(prefix = "order:", scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(String key) {
		}

		@KvListener(id = "audit", prefix = "order:", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void audit(KvEvent event) {
			throw new IllegalStateException("no");
		}

		@KvListener(id = "other", prefix = "order:")
		void other(KvEvent event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

}
