package io.github.kvevents.actuate;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.OnExhausted;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator gets, and does, over HTTP about durable listeners.
 */
@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "kv.events.store=memory", "kv.events.log.enabled=true", "kv.events.instance-id=blue",
				"management.endpoints.web.exposure.include=kvlisteners" })
class ListenersOverHttpTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private Audit audit;

	private final RestTestClient client;

	ListenersOverHttpTests(@LocalServerPort int port) {
		this.client = client(String.valueOf(port));
	}

	private static RestTestClient client(String port) {
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	@Test
	void showsListenersWithoutKeysAndValues() {
		write(3);
		this.template.set("order:secret-poison", "secret");
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("deadLetters", 1));
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("lag", 0));
		Map<String, Object> listener = listener();
		assertThat(listener)
			.containsOnlyKeys("id", "state", "events", "filter", "onExhausted", "lag", "deadLetters", "attempts",
					"lastError", "storeError", "stats", "partitions")
			.containsEntry("id", "app.audit")
			.containsEntry("state", "RUNNING")
			.containsEntry("onExhausted", "DEAD_LETTER")
			.containsEntry("lastError", "java.lang.IllegalStateException")
			.containsEntry("storeError", null);
		assertThat(listener).extracting("partitions", InstanceOfAssertFactories.LIST)
			.singleElement(InstanceOfAssertFactories.MAP)
			.containsOnlyKeys("partition", "owner", "paused", "checkpoint", "lag", "deadLetters")
			.containsEntry("partition", 0)
			.containsEntry("owner", "blue")
			.containsEntry("paused", false);
		assertThat(listener).extracting("stats", InstanceOfAssertFactories.MAP).containsEntry("processed", 3);
		get("/kvlisteners").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.listeners.length()")
			.isEqualTo(1)
			.jsonPath("$.listeners[0].id")
			.isEqualTo("app.audit");
		assertThat(body(get("/kvlisteners"))).contains("app.audit").doesNotContain("secret");
		assertThat(body(get("/kvlisteners/app.audit"))).contains("blue").doesNotContain("secret");
	}

	@Test
	void unknownListenerIsNotFound() {
		get("/kvlisteners/app.audits").expectStatus().isNotFound();
		post("app.audits", "{\"action\":\"pause\"}").expectStatus().isNotFound();
	}

	@Test
	void pausesAndResumes() {
		write(1);
		assertThat(act("{\"action\":\"pause\"}")).containsEntry("state", "PAUSED");
		this.template.set("order:secret-1", "v1");
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("lag", 1));
		assertThat(this.audit.heard).containsExactly("v0");
		assertThat(act("{\"action\":\"resume\"}")).containsEntry("state", "RUNNING");
		Awaitility.await().untilAsserted(() -> assertThat(this.audit.heard).containsExactly("v0", "v1"));
	}

	@Test
	void seeksToTheEndsAndToAPosition() {
		write(2);
		String second = checkpoint();
		write(1);
		act("{\"action\":\"seek\",\"position\":\"earliest\"}");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.audit.heard).containsExactly("v0", "v1", "v0", "v0", "v1", "v0"));
		act("{\"action\":\"seek\",\"position\":\"" + second + "\"}");
		Awaitility.await().untilAsserted(() -> assertThat(this.audit.heard).hasSize(8).endsWith("v1", "v0"));
		act("{\"action\":\"pause\"}");
		this.template.set("order:secret-9", "left out");
		act("{\"action\":\"seek\",\"position\":\"latest\"}");
		act("{\"action\":\"resume\"}");
		this.template.set("order:secret-9", "end");
		Awaitility.await().untilAsserted(() -> assertThat(this.audit.heard).hasSize(9).endsWith("end"));
	}

	@Test
	void sendsDeadLettersAgain() {
		this.template.set("order:secret-poison", "1");
		this.template.set("order:secret-poison", "2");
		this.template.set("order:secret-poison", "3");
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("deadLetters", 3));
		assertThat(act("{\"action\":\"redrive\"}")).containsEntry("deadLetters", 3);
		this.audit.broken = false;
		assertThat(act("{\"action\":\"redrive\",\"limit\":2}")).containsEntry("deadLetters", 1);
		assertThat(act("{\"action\":\"redrive\"}")).containsEntry("deadLetters", 0);
		assertThat(this.audit.heard).containsExactlyInAnyOrder("1", "2", "3");
	}

	@Test
	void listsRedrivesAndDiscardsSingleDeadLetters() {
		for (int number = 1; number <= 4; number++) {
			this.template.set("order:secret-" + number + "-poison", "secret" + number);
		}
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("deadLetters", 4));
		Map<String, Object> page = map(get("/kvlisteners/app.audit/deadletters?limit=3"));
		assertThat(page).containsOnlyKeys("listener", "count", "letters", "next")
			.containsEntry("listener", "app.audit")
			.containsEntry("count", 4);
		List<String> ids = ids(page);
		assertThat(ids).hasSize(3).last().isEqualTo(page.get("next"));
		assertThat(page).extracting("letters", InstanceOfAssertFactories.LIST)
			.first(InstanceOfAssertFactories.MAP)
			.containsOnlyKeys("id", "position", "type", "error", "attempts", "failedAt", "key", "message")
			.containsEntry("type", "SET")
			.containsEntry("error", "java.lang.IllegalStateException")
			.containsEntry("attempts", 1)
			.containsEntry("key", null)
			.containsEntry("message", null);
		assertThat(body(get("/kvlisteners/app.audit/deadletters"))).doesNotContain("secret");
		Map<String, Object> rest = map(get("/kvlisteners/app.audit/deadletters?after=" + ids.get(2)));
		assertThat(ids(rest)).hasSize(1).doesNotContainAnyElementsOf(ids);
		assertThat(rest).containsEntry("next", null);
		assertThat(act("{\"action\":\"discard\",\"letter\":\"" + ids.get(1) + "\"}")).containsEntry("deadLetters", 3);
		this.audit.broken = false;
		assertThat(act("{\"action\":\"redrive\",\"letter\":\"" + ids.get(2) + "\"}")).containsEntry("deadLetters", 2);
		assertThat(this.audit.heard).containsExactly("secret3");
		assertThat(act("{\"action\":\"discard\",\"limit\":1}")).containsEntry("deadLetters", 1);
		assertThat(ids(map(get("/kvlisteners/app.audit/deadletters")))).isEqualTo(ids(rest));
		assertThat(act("{\"action\":\"discard\"}")).containsEntry("deadLetters", 0);
		assertThat(this.audit.heard).containsExactly("secret3");
		get("/kvlisteners/app.audits/deadletters").expectStatus().isNotFound();
		get("/kvlisteners/app.audit/letters").expectStatus().isNotFound();
		for (String behindAll : List.of("0:18446744073709551615-18446744073709551615", "7:1-0")) {
			assertThat(map(get("/kvlisteners/app.audit/deadletters?after=" + behindAll)))
				.containsEntry("letters", List.of())
				.containsEntry("next", null);
		}
		get("/kvlisteners/app.audit/deadletters?after=0:18446744073709551616").expectStatus().isBadRequest();
		get("/kvlisteners/app.audit/deadletters?limit=1001").expectStatus().isBadRequest();
		get("/kvlisteners/app.audit/deadletters?after=nowhere").expectStatus().isBadRequest();
		assertBad("{\"action\":\"discard\",\"letter\":\"nowhere\"}", "nowhere");
		assertBad("{\"action\":\"discard\",\"limit\":0}", "'limit' must be positive but was 0");
	}

	private static List<String> ids(Map<String, Object> page) {
		return assertThat(page).extracting("letters", InstanceOfAssertFactories.LIST)
			.actual()
			.stream()
			.map((letter) -> String.valueOf(((Map<?, ?>) letter).get("id")))
			.toList();
	}

	@Test
	void whatMakesNoSenseIsBadRequestThatSaysWhy() {
		write(1);
		assertBad("{\"action\":\"stop\"}", "'action' must be pause, resume, seek, redrive or discard but was 'stop'");
		assertBad("{\"action\":\"seek\"}", "'position' must be given to seek");
		assertBad("{\"action\":\"seek\",\"position\":\"nowhere\"}", "nowhere");
		assertBad("{\"action\":\"seek\",\"position\":\"7:1-0\"}", "1 partition(s)");
		assertBad("{\"action\":\"seek\",\"position\":\"0:17000000000000-0\"}", "days ahead");
		assertBad("{\"action\":\"redrive\",\"limit\":0}", "'limit' must be positive but was 0");
		assertBad("{\"action\":\"redrive\",\"limit\":\"many\"}", "");
		assertBad("{}", "action");
		assertThat(listener()).containsEntry("state", "RUNNING").containsEntry("lag", 0);
		assertThat(this.audit.heard).containsExactly("v0");
	}

	@Test
	void showsEveryFieldBeforeTheFirstEvent() {
		assertThat(listener()).containsEntry("lastError", null)
			.extracting("stats", InstanceOfAssertFactories.MAP)
			.containsOnlyKeys("processed", "failed", "filtered", "skipped", "deadLettered", "gaps", "inFlight",
					"retrying", "attempts", "lag", "partitions", "lastProcessedAt", "lastError")
			.containsEntry("processed", 0)
			.containsEntry("lastProcessedAt", null)
			.containsEntry("lastError", null);
		write(1);
		assertThat(listener()).extracting("stats", InstanceOfAssertFactories.MAP)
			.hasEntrySatisfying("lastProcessedAt", (time) -> assertThat(time).asString().endsWith("Z"))
			.containsEntry("lastError", null);
	}

	@Test
	void actionWithoutTheStoreIsUnavailableAndSaysWhy() {
		try (TestRedis redis = TestRedis.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
					.properties("server.port=0", "kv.events.log.enabled=true", "spring.data.redis.timeout=5s",
							"spring.data.redis.port=" + redis.getPort(),
							"management.endpoints.web.exposure.include=kvlisteners")
					.run()) {
			RestTestClient client = client(context.getEnvironment().getRequiredProperty("local.server.port"));
			context.getBean(KvTemplate.class).set("order:secret-poison", "secret");
			Awaitility.await().untilAsserted(() -> assertThat(listener(client)).containsEntry("deadLetters", 1));
			redis.kill();
			for (String action : List.of("pause", "resume", "redrive", "seek")) {
				RestTestClient.ResponseSpec response = post(client, "app.audit",
						"{\"action\":\"" + action + "\",\"position\":\"latest\"}");
				response.expectStatus().isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
				assertThat(body(response)).startsWith("{\"error\":\"The store failed with org.springframework.")
					.doesNotContain("secret");
			}
			assertThat(listener(client)).containsEntry("deadLetters", null)
				.hasEntrySatisfying("storeError",
						(error) -> assertThat(error).asString().startsWith("org.springframework."));
			redis.restart();
			Awaitility.await()
				.untilAsserted(() -> post(client, "app.audit", "{\"action\":\"pause\"}").expectStatus().isOk());
		}
	}

	private void assertBad(String request, String reason) {
		RestTestClient.ResponseSpec response = post("app.audit", request);
		response.expectStatus().isBadRequest();
		assertThat(body(response)).contains(reason).doesNotContain("secret", "Exception");
	}

	/**
	 * Writes, and waits until that is done with.
	 */
	private void write(int count) {
		int heard = this.audit.heard.size();
		for (int number = 0; number < count; number++) {
			this.template.set("order:secret-" + heard + "-" + number, "v" + number);
		}
		Awaitility.await().until(() -> this.audit.heard.size() == heard + count);
		Awaitility.await().untilAsserted(() -> assertThat(listener()).containsEntry("lag", 0));
	}

	private String checkpoint() {
		return assertThat(listener()).extracting("partitions", InstanceOfAssertFactories.LIST)
			.singleElement(InstanceOfAssertFactories.MAP)
			.extractingByKey("checkpoint", InstanceOfAssertFactories.STRING)
			.actual();
	}

	private Map<String, Object> listener() {
		return listener(this.client);
	}

	private static Map<String, Object> listener(RestTestClient client) {
		return map(get(client, "/kvlisteners/app.audit"));
	}

	private Map<String, Object> act(String request) {
		return map(post("app.audit", request));
	}

	private static Map<String, Object> map(RestTestClient.ResponseSpec response) {
		Map<String, Object> body = response.expectStatus()
			.isOk()
			.returnResult(new ParameterizedTypeReference<Map<String, Object>>() {
			})
			.getResponseBody();
		return Objects.requireNonNull(body);
	}

	private static String body(RestTestClient.ResponseSpec response) {
		return String.valueOf(response.returnResult(String.class).getResponseBody());
	}

	private RestTestClient.ResponseSpec get(String path) {
		return get(this.client, path);
	}

	private static RestTestClient.ResponseSpec get(RestTestClient client, String path) {
		return client.get().uri(path).accept(MediaType.APPLICATION_JSON).exchange();
	}

	private RestTestClient.ResponseSpec post(String id, String request) {
		return post(this.client, id, request);
	}

	private static RestTestClient.ResponseSpec post(RestTestClient client, String id, String request) {
		return client.post().uri("/kvlisteners/" + id).contentType(MediaType.APPLICATION_JSON).body(request).exchange();
	}

	static class Audit {

		final Queue<String> heard = new ConcurrentLinkedQueue<>();

		volatile boolean broken = true;

		@KvListener(id = "app.audit", prefix = "order:", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void audit(String key, @KvValue String value) {
			if (this.broken && key.endsWith("poison")) {
				throw new IllegalStateException(value);
			}
			this.heard.add(value);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Audit audit() {
			return new Audit();
		}

	}

}
