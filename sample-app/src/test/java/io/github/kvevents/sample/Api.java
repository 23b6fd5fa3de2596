package io.github.kvevents.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.awaitility.Awaitility;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/**
 * What the tests say to the application.
 */
class Api {

	private static final Duration AT_MOST = Duration.ofSeconds(20);

	private static final ParameterizedTypeReference<Map<String, Object>> OBJECT = new ParameterizedTypeReference<>() {
	};

	private static final ParameterizedTypeReference<List<Map<String, Object>>> LIST = new ParameterizedTypeReference<>() {
	};

	private final RestTestClient rest;

	Api(RestTestClient rest) {
		this.rest = rest;
	}

	ResponseSpec place(Object id, Object expire) {
		return post(Map.of("id", id, "expire", expire));
	}

	ResponseSpec post(Object body) {
		return post("/checkout", body);
	}

	ResponseSpec post(String path, Object body) {
		return this.rest.post().uri(path).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	ResponseSpec checkout(String id) {
		return this.rest.get().uri("/checkout/{id}", id).exchange();
	}

	ResponseSpec pay(String id) {
		return this.rest.post().uri("/checkout/{id}/pay", id).exchange();
	}

	ResponseSpec order(String id) {
		return this.rest.get().uri("/orders/{id}", id).exchange();
	}

	ResponseSpec get(String path) {
		return this.rest.get().uri(path).exchange();
	}

	Map<String, Object> object(String path) {
		return Objects.requireNonNull(get(path).expectStatus().isOk().returnResult(OBJECT).getResponseBody());
	}

	List<Map<String, Object>> list(String path) {
		return Objects.requireNonNull(get(path).expectStatus().isOk().returnResult(LIST).getResponseBody());
	}

	int number(String path, String name) {
		return ((Number) Objects.requireNonNull(object(path).get(name))).intValue();
	}

	/** The audit trail of a key, newest first. */
	List<Map<String, Object>> audit(String key) {
		return list("/audit").stream().filter((entry) -> key.equals(entry.get("key"))).toList();
	}

	void placed(String id, int seconds) {
		place(id, seconds).expectStatus().isCreated();
	}

	void paid(String id) {
		placed(id, 600);
		pay(id).expectStatus().isOk();
	}

	void mail(boolean up) {
		post("/mail", Map.of("up", up)).expectStatus().isOk();
	}

	void awaitStatus(String id, String status) {
		Awaitility.await()
			.atMost(AT_MOST)
			.untilAsserted(() -> order(id).expectStatus().isOk().expectBody().jsonPath("$.status").isEqualTo(status));
	}

	static BodyContentSpec problem(ResponseSpec response, int status) {
		return response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status);
	}

}
