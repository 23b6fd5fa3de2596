package io.github.kvevents.sample;

import java.time.Duration;
import java.util.Map;

import org.awaitility.Awaitility;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.BodyContentSpec;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

/**
 * What the tests say to the application.
 */
class Api {

	private static final Duration AT_MOST = Duration.ofSeconds(20);

	private final RestTestClient rest;

	Api(RestTestClient rest) {
		this.rest = rest;
	}

	ResponseSpec place(Object id, Object expire) {
		return post(Map.of("id", id, "expire", expire));
	}

	ResponseSpec post(Object body) {
		return this.rest.post().uri("/checkout").contentType(MediaType.APPLICATION_JSON).body(body).exchange();
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

	void placed(String id, int seconds) {
		place(id, seconds).expectStatus().isCreated();
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
