package io.github.kvevents.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the console's page gets, and does, over HTTP in an application with servlets.
 */
class ConsoleOverHttpTests {

	private static final String SECRET = "marker-4711";

	private static final String POISON = "order:" + SECRET;

	private static TestRedis redis;

	private static ConfigurableApplicationContext context;

	private static Client client;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		context = run("kvconsole");
		client = new Client(context, "/actuator/kvconsole");
		KvTemplate template = context.getBean(KvTemplate.class);
		for (int number = 0; number < 5; number++) {
			template.set(POISON + number, SECRET);
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(client.letters("audit", "").path("count").asInt()).isEqualTo(5));
	}

	@AfterAll
	static void stop() {
		context.close();
		redis.close();
	}

	private static ConfigurableApplicationContext run(String exposed, String... properties) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.data.redis.port=" + redis.getPort(), "spring.data.redis.timeout=4s",
					"spring.application.name=console", "kv.events.log.enabled=true", "kv.events.instance-id=blue",
					"management.endpoints.web.exposure.include=" + exposed)
			.properties(properties)
			.run();
	}

	@Test
	void pageRefersToItsOwnFilesAloneAndHasNoInlineScript() throws Exception {
		HttpResponse<String> page = client.get("");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
		assertThat(page.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(
				(policy) -> assertThat(policy).startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
					.contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
					.doesNotContain("unsafe", "*", "http:", "https:"));
		for (String header : List.of("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control",
				"Cross-Origin-Resource-Policy")) {
			assertThat(page.headers().firstValue(header)).as(header).isPresent();
		}
		assertThat(page.body()).doesNotContainPattern("<script>|<style|style=|\\son[a-z]+=|https?://|//");
		Matcher reference = Pattern.compile("(?:src|href)=\"([^\"#]+)\"").matcher(page.body());
		int files = 0;
		while (reference.find()) {
			HttpResponse<String> file = client.send(client.uri(page.uri().resolve(reference.group(1))).GET());
			assertThat(file.statusCode()).as(reference.group(1)).isEqualTo(200);
			assertThat(file.headers().firstValue("Content-Security-Policy")).isPresent();
			assertThat(file.body().replace("http://www.w3.org/2000/svg", "")).doesNotContainPattern(
					"https?://|innerHTML|insertAdjacentHTML|document\\.write|eval\\(|@import|url\\(");
			files++;
		}
		assertThat(files).isEqualTo(4);
		assertThat(client.get("/console.html").statusCode()).isEqualTo(404);
		assertThat(client.get("/console.txt").statusCode()).isEqualTo(404);
	}

	@Test
	void nothingOfAKeyOrValueIsShownUnlessPermitted() throws Exception {
		context.getBean(KvTemplate.class).set("other:" + SECRET, SECRET, Duration.ofMinutes(9));
		client.json("/changes");
		context.getBean(KvTemplate.class).set("other:" + SECRET, SECRET + "2", Duration.ofMinutes(9));
		Awaitility.await().untilAsserted(() -> assertThat(client.json("/changes").path("changes")).isNotEmpty());
		for (String path : List.of("/state", "/hooks", "/listeners", "/ids", "/letters?listener=audit", "/expiry",
				"/changes", "/doctor")) {
			HttpResponse<String> answer = client.get(path);
			assertThat(answer.statusCode()).as(path).isEqualTo(200);
			assertThat(answer.body()).as(path).startsWith("{").doesNotContain(SECRET);
		}
		JsonNode letter = client.letters("audit", "").path("letters").get(0);
		assertThat(letter.path("value").isNull()).isTrue();
		assertThat(letter.path("letter").path("key").isNull()).isTrue();
		assertThat(letter.path("letter").path("message").isNull()).isTrue();
		assertThat(letter.path("mask").asString()).matches("[0-9a-f]{8}");
		assertThat(client.json("/state").path("keys").asBoolean()).isFalse();
	}

	@Test
	void whatIsPermittedIsShown() throws Exception {
		try (ConfigurableApplicationContext open = run("kvconsole,kvlisteners",
				"management.endpoint.kvconsole.show-keys=always", "management.endpoint.kvconsole.show-values=always",
				"management.endpoint.kvlisteners.show-keys=always", "kv.events.instance-id=green")) {
			Client shown = new Client(open, "/actuator/kvconsole");
			JsonNode letter = shown.letters("audit", "").path("letters").get(0);
			assertThat(letter.path("value").asString()).isEqualTo(SECRET);
			assertThat(letter.path("letter").path("key").asString()).startsWith(POISON);
			assertThat(letter.path("letter").path("message").asString()).isEqualTo("no " + SECRET);
			JsonNode listed = new Client(open, "/actuator/kvlisteners").json("/audit/deadletters?limit=2");
			assertThat(listed.path("letters")).hasSize(2);
			assertThat(listed.path("letters").get(0).path("key").asString()).startsWith(POISON);
			assertThat(listed.toString()).doesNotContain("\"value\"");
		}
		try (ConfigurableApplicationContext keys = run("kvconsole,kvlisteners",
				"management.endpoint.kvconsole.show-keys=always", "kv.events.instance-id=red",
				"management.endpoint.kvlisteners.show-keys=when-authorized")) {
			JsonNode letter = new Client(keys, "/actuator/kvconsole").letters("audit", "").path("letters").get(0);
			assertThat(letter.path("letter").path("key").asString()).startsWith(POISON);
			assertThat(letter.path("value").isNull()).isTrue();
			assertThat(letter.path("letter").path("message").isNull()).isTrue();
			assertThat(new Client(keys, "/actuator/kvlisteners").json("/audit/deadletters").toString())
				.doesNotContain(SECRET);
		}
	}

	@Test
	void pagesOfDeadLettersAndOneOfThemDiscarded() throws Exception {
		JsonNode first = client.letters("audit", "&limit=2");
		assertThat(first.path("letters")).hasSize(2);
		JsonNode second = client.letters("audit", "&limit=2&after=" + first.path("next").asString());
		JsonNode third = client.letters("audit", "&limit=2&after=" + second.path("next").asString());
		assertThat(third.path("letters")).isNotEmpty();
		assertThat(third.path("next").isNull()).isTrue();
		List<String> ids = StreamSupport.stream(List.of(first, second, third).spliterator(), false)
			.flatMap((page) -> page.path("letters").valueStream())
			.map((letter) -> letter.path("letter").path("id").asString())
			.toList();
		assertThat(ids).hasSize(first.path("count").asInt()).doesNotHaveDuplicates().isSorted();
		int before = first.path("count").asInt();
		JsonNode listener = client.act("/listeners",
				"{\"id\":\"audit\",\"action\":\"discard\",\"letter\":\"" + ids.get(1) + "\"}");
		assertThat(listener.path("deadLetters").asInt()).isEqualTo(before - 1);
		assertThat(client.letters("audit", "").toString()).doesNotContain("\"id\":\"" + ids.get(1) + "\"")
			.contains("\"id\":\"" + ids.get(0) + "\"");
		assertThat(
				client.post("/listeners", "{\"id\":\"audit\",\"action\":\"discard\",\"letter\":\"../1\"}").statusCode())
			.isEqualTo(400);
		assertThat(client.get("/letters?listener=unknown").statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "garbage", "", "-1:1-0", "0:99999999999999999999-0", "0:1-99999999999999999999" })
	void pageBehindSomethingThatIsNoLetterIsRefusedWithTheReason(String after) throws Exception {
		HttpResponse<String> answer = client.get("/letters?listener=audit&after=" + after);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(JsonMapper.shared().readTree(answer.body()).path("error").asString()).startsWith("'id' must ")
			.contains("'" + after + "'");
	}

	@Test
	void hooksAreSwitchedFoundAndPaged() throws Exception {
		KvHookRegistry registry = context.getBean(KvHookRegistry.class);
		for (int number = 0; number < 30; number++) {
			registry.register(KvHookOptions.defaults().id("paged-" + number), (event) -> {
			});
		}
		JsonNode page = client.json("/hooks?query=PAGED-&offset=20&limit=7");
		assertThat(page.path("matching").asInt()).isEqualTo(30);
		assertThat(page.path("hooks")).hasSize(7);
		assertThat(page.path("hooks").get(0).path("id").asString()).isEqualTo("paged-20");
		assertThat(client.act("/hooks", "{\"id\":\"paged-3\",\"enabled\":false}").path("enabled").asBoolean())
			.isFalse();
		assertThat(registry.find("paged-3").orElseThrow().isEnabled()).isFalse();
		assertThat(registry.find("paged-4").orElseThrow().isEnabled()).isTrue();
		assertThat(client.post("/hooks", "{\"id\":\"paged-3\"}").statusCode()).isEqualTo(400);
		assertThat(client.post("/hooks", "{\"id\":\"unknown\",\"enabled\":true}").statusCode()).isEqualTo(404);
		assertThat(client.post("/expiry", "{\"id\":\"unknown\"}").statusCode()).isEqualTo(403);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-",
			value = { "X-Kv-Console, page, Sec-Fetch-Site, cross-site, 403",
					"X-Kv-Console, page, Sec-Fetch-Site, same-site, 403",
					"X-Kv-Console, page, Sec-Fetch-Site, same-origin, 200",
					"X-Kv-Console, page, Origin, https://evil.example, 403", "X-Kv-Console, page, Origin, null, 403",
					"X-Kv-Console, page, Origin, own, 200", "Accept, */*, Sec-Fetch-Site, same-origin, 403",
					"X-Kv-Console, page, Accept, */*, 200" })
	void onlyThePageMayChangeSomething(String first, String firstValue, String second, String secondValue, int status)
			throws Exception {
		KvListenerRegistry listeners = context.getBean(KvListenerRegistry.class);
		listeners.find("other").orElseThrow().resume();
		String own = "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
		for (String path : List.of("/listeners", "/listen%65rs", "/../kvconsol%65/listeners")) {
			HttpResponse<String> answer = client.send(client.request(path)
				.header("Content-Type", "application/json")
				.header(first, firstValue)
				.header(second, secondValue.equals("own") ? own : secondValue)
				.POST(BodyPublishers.ofString("{\"id\":\"other\",\"action\":\"pause\"}")));
			assertThat(answer.statusCode()).as(path)
				.isIn((status == 403) ? List.of(403, 400, 404) : List.of(200, 400, 404));
			assertThat(listeners.find("other").orElseThrow().getStatus().partitions().get(0).paused()).as(path)
				.isEqualTo(status == 200);
		}
	}

	@Test
	void formsOfOtherSitesAreRefused() throws Exception {
		for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
			HttpResponse<String> answer = client.send(client.request("/hooks")
				.header("Content-Type", type)
				.header("X-Kv-Console", "page")
				.POST(BodyPublishers.ofString("{\"id\":\"expired\",\"enabled\":false}")));
			assertThat(answer.statusCode()).as(type).isEqualTo(415);
		}
		assertThat(context.getBean(KvHookRegistry.class).find("expired").orElseThrow().isEnabled()).isTrue();
	}

	@Test
	void restrictedAccessShowsAndRefuses() throws Exception {
		try (ConfigurableApplicationContext restricted = run("kvconsole",
				"management.endpoint.kvconsole.access=read-only", "kv.events.instance-id=green")) {
			Client reader = new Client(restricted, "/actuator/kvconsole");
			assertThat(reader.json("/state").path("writable")).isEmpty();
			assertThat(reader.json("/hooks").path("hooks")).isNotEmpty();
			assertThat(reader.post("/hooks", "{\"id\":\"expired\",\"enabled\":false}").statusCode()).isEqualTo(405);
			assertThat(restricted.getBean(KvHookRegistry.class).find("expired").orElseThrow().isEnabled()).isTrue();
		}
		try (ConfigurableApplicationContext restricted = run("kvconsole",
				"management.endpoint.kvhooks.access=read-only", "kv.events.instance-id=red",
				"management.endpoints.web.path-mapping.kvconsole=ops/desk", "management.server.port=0")) {
			Client other = new Client(restricted, "local.management.port", "/actuator/ops/desk");
			assertThat(other.get("").body()).contains("href=\"desk/console.css\"");
			assertThat(other.get("").headers().firstValue("Content-Security-Policy")).isPresent();
			assertThat(other.json("/state").path("writable").valueStream().map(JsonNode::asString))
				.containsExactly("listeners");
			assertThat(other.post("/hooks", "{\"id\":\"expired\",\"enabled\":false}").statusCode()).isEqualTo(403);
			assertThat(other
				.send(other.request("/listeners")
					.header("Content-Type", "application/json")
					.POST(BodyPublishers.ofString("{\"id\":\"other\",\"action\":\"pause\"}")))
				.statusCode()).isEqualTo(403);
			assertThat(new Client(restricted, "/actuator/ops/desk").get("").statusCode()).isEqualTo(404);
		}
		// deprecated, and still a restriction for Boot
		try (ConfigurableApplicationContext restricted = run("kvconsole", "kv.events.instance-id=yellow",
				"management.endpoint.kvlisteners.enabled=false", "management.endpoint.kvhooks.enabled=true")) {
			Client other = new Client(restricted, "/actuator/kvconsole");
			assertThat(other.json("/state").path("writable").valueStream().map(JsonNode::asString))
				.containsExactly("hooks");
			assertThat(other.post("/listeners", "{\"id\":\"other\",\"action\":\"pause\"}").statusCode()).isEqualTo(403);
		}
	}

	@ParameterizedTest
	@CsvSource({ "/ops/desk/, /actuator, /actuator/ops/desk, desk", "ops//desk, /, /ops//desk, desk",
			"/, /actuator, /actuator, actuator", "/, /, '', ." })
	void isGuardedHoweverItsPathIsWritten(String mapping, String base, String path, String directory) throws Exception {
		try (ConfigurableApplicationContext mapped = run("kvconsole,kvhooks", "kv.events.instance-id=green",
				"management.endpoints.web.path-mapping.kvconsole=" + mapping,
				"management.endpoints.web.base-path=" + base, "management.endpoints.web.discovery.enabled=false",
				"management.server.port=0")) {
			Client other = new Client(mapped, "local.management.port", path);
			HttpResponse<String> page = other.get("");
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(page.body()).contains("src=\"" + directory + "/console.js\"");
			for (String guarded : List.of("", "/state", "/console.js")) {
				assertThat(other.get(guarded).headers().firstValue("Content-Security-Policy")).as(guarded).isPresent();
			}
			HttpRequest.Builder foreign = other.request("/hooks")
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("{\"id\":\"expired\",\"enabled\":false}"));
			assertThat(other.send(foreign).statusCode()).isEqualTo(403);
			assertThat(mapped.getBean(KvHookRegistry.class).find("expired").orElseThrow().isEnabled()).isTrue();
			HttpRequest.Builder program = new Client(mapped, "local.management.port", base.equals("/") ? "" : base)
				.request("/kvhooks/expired")
				.header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString("{\"enabled\":false}"));
			assertThat(other.send(program).statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "framework", "native", "none" })
	void pageBehindAProxyMayChangeSomething(String strategy) throws Exception {
		try (ConfigurableApplicationContext behind = run("kvconsole", "kv.events.instance-id=green",
				"server.forward-headers-strategy=" + strategy)) {
			Client proxied = new Client(behind, "/actuator/kvconsole");
			assertThat(proxied.switchHook("http://ops.example:9000", "ops.example:9000").statusCode()).isEqualTo(200);
			assertThat(proxied.switchHook("http://ops.example", "ops.example, inner.example").statusCode())
				.isEqualTo(200);
			assertThat(proxied.switchHook("http://ops.example", "other.example").statusCode()).isEqualTo(403);
			assertThat(proxied.switchHook("http://ops.example:9000", "ops.example").statusCode()).isEqualTo(403);
		}
	}

	@Test
	void isThereOnlyIfExposed() throws Exception {
		try (ConfigurableApplicationContext closed = run("kvhooks", "kv.events.instance-id=green")) {
			assertThat(new Client(closed, "/actuator/kvconsole").get("").statusCode()).isEqualTo(404);
			assertThat(new Client(closed, "/actuator/kvhooks").get("").headers().firstValue("X-Frame-Options"))
				.isEmpty();
			assertThat(closed.getBeanNamesForType(KvConsoleEndpoint.class)).isEmpty();
		}
	}

	@Test
	void latenessOfAnExpiryIsInTheChart() throws Exception {
		Application app = context.getBean(Application.class);
		context.getBean(KvTemplate.class).set("timed:1", "x", Duration.ofMillis(40));
		Awaitility.await().until(() -> app.expired.contains("timed:1"));
		JsonNode slots = client.json("/expiry").path("lateness");
		assertThat(slots).isNotEmpty();
		assertThat(slots.get(slots.size() - 1).path("count").asInt()).isPositive();
		assertThat(slots.get(slots.size() - 1).path("maxMillis").asLong())
			.isGreaterThanOrEqualTo(slots.get(slots.size() - 1).path("p50Millis").asLong());
	}

	@Test
	void expiryBeforeTheFirstRequestIsInTheChartOfALazyApplication() throws Exception {
		try (ConfigurableApplicationContext lazy = run("kvconsole", "spring.main.lazy-initialization=true",
				"spring.application.name=lazy")) {
			lazy.getBean(KvTemplate.class).set("timed:2", "x", Duration.ofMillis(40));
			Application app = lazy.getBean(Application.class);
			Awaitility.await().until(() -> app.expired.contains("timed:2"));
			assertThat(new Client(lazy, "/actuator/kvconsole").json("/expiry").path("lateness")).isNotEmpty();
		}
	}

	@Test
	void answersWithoutTheStore() throws Exception {
		try (TestRedis away = TestRedis.start();
				ConfigurableApplicationContext lonely = run("kvconsole", "spring.data.redis.port=" + away.getPort())) {
			Client answering = new Client(lonely, "/actuator/kvconsole");
			KvListenerRegistry listeners = lonely.getBean(KvListenerRegistry.class);
			for (int number = 0; number < 10; number++) {
				listeners.register("further-" + number, ListenerOptions.defaults(), (event) -> {
				});
			}
			assertThat(answering.json("/listeners").path("listeners").get(0).path("storeError").isNull()).isTrue();
			away.kill();
			long start = System.nanoTime();
			JsonNode page = answering.json("/listeners");
			// 12 listeners, and a command takes 4 s to fail
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(40));
			assertThat(page.path("listeners")).hasSize(12)
				.allSatisfy((listener) -> assertThat(listener.path("storeError").asString()).contains("Exception"));
			assertThat(answering.json("/hooks").path("hooks")).isNotEmpty();
			assertThat(answering.json("/expiry").path("expiry").path("storeReachable").asBoolean()).isFalse();
			HttpResponse<String> letters = answering.get("/letters?listener=audit");
			assertThat(letters.statusCode()).isEqualTo(503);
			assertThat(letters.body()).contains("The store failed with ");
		}
	}

	/**
	 * A console's page.
	 */
	private static final class Client {

		private final HttpClient http = HttpClient.newHttpClient();

		private final String base;

		Client(ConfigurableApplicationContext context, String path) {
			this(context, "local.server.port", path);
		}

		Client(ConfigurableApplicationContext context, String port, String path) {
			this.base = "http://localhost:" + context.getEnvironment().getRequiredProperty(port) + path;
		}

		HttpRequest.Builder request(String path) {
			return uri(URI.create(this.base + path));
		}

		HttpRequest.Builder uri(URI uri) {
			return HttpRequest.newBuilder(uri);
		}

		HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
			return this.http.send(request.build(), BodyHandlers.ofString());
		}

		HttpResponse<String> get(String path) throws IOException, InterruptedException {
			return send(request(path).GET());
		}

		JsonNode json(String path) throws IOException, InterruptedException {
			HttpResponse<String> answer = get(path);
			assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
			return JsonMapper.shared().readTree(answer.body());
		}

		JsonNode letters(String listener, String more) throws IOException, InterruptedException {
			return json("/letters?listener=" + listener + more);
		}

		HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
			return send(request(path).header("Content-Type", "application/json")
				.header("X-Kv-Console", "page")
				.POST(BodyPublishers.ofString(body)));
		}

		HttpResponse<String> switchHook(String origin, String forwardedHost) throws IOException, InterruptedException {
			return send(request("/hooks").header("Content-Type", "application/json")
				.header("X-Kv-Console", "page")
				.header("Origin", origin)
				.header("X-Forwarded-Host", forwardedHost)
				.POST(BodyPublishers.ofString("{\"id\":\"expired\",\"enabled\":true}")));
		}

		JsonNode act(String path, String body) throws IOException, InterruptedException {
			HttpResponse<String> answer = post(path, body);
			assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
			return JsonMapper.shared().readTree(answer.body());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		final Queue<String> expired = new ConcurrentLinkedQueue<>();

		@OnKvExpired(id = "expired", prefix = "timed:")
		void expired(String key) {
			this.expired.add(key);
		}

		@KvListener(id = "audit", prefix = "order:", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void audit(String key) {
			throw new IllegalStateException(
					"no " + key.substring("order:".length(), "order:".length() + SECRET.length()));
		}

		@Bean
		Other other() {
			return new Other();
		}

	}

	static class Other {

		@KvListener(id = "other", prefix = "other:")
		void other(String key) {
		}

	}

}
