package io.github.kvevents.sample;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class CheckoutTests {

	private static final ParameterizedTypeReference<List<String>> FIELDS = new ParameterizedTypeReference<>() {
	};

	private final RestTestClient rest;

	private final Api api;

	CheckoutTests(@Autowired RestTestClient rest) {
		this.rest = rest;
		this.api = new Api(rest);
	}

	@Test
	void placesAnOrderThatIsPending() {
		this.api.place("placed", 321)
			.expectStatus()
			.isCreated()
			.expectHeader()
			.value(HttpHeaders.LOCATION, (location) -> assertThat(location).endsWith("/checkout/placed"))
			.expectBody()
			.json("""
					{"id":"placed","status":"PENDING","expiresInSeconds":321}""");
		this.api.checkout("placed")
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.id")
			.isEqualTo("placed")
			.jsonPath("$.status")
			.isEqualTo("PENDING")
			.jsonPath("$.ttlSeconds")
			.value(Integer.class, (seconds) -> assertThat(seconds).isGreaterThan(200).isLessThanOrEqualTo(321));
		this.api.order("placed").expectStatus().isOk().expectBody().json("""
				{"id":"placed","status":"PENDING","expiredAt":null,"latenessMillis":null}""");
	}

	@Test
	void refusesAnIdThatIsPending() {
		this.api.placed("twice", 600);
		Api.problem(this.api.place("twice", 5), 409).jsonPath("$.detail").isEqualTo("An order with this id is pending");
		this.api.checkout("twice")
			.expectBody()
			.jsonPath("$.ttlSeconds")
			.value(Integer.class, (seconds) -> assertThat(seconds).isGreaterThan(500));
	}

	@Test
	void placesOneOfManyAtOnce() throws Exception {
		List<Integer> statuses = atOnce(16,
				() -> this.api.place("rush", 600).returnResult(String.class).getStatus().value());
		assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
	}

	@Test
	void paysAnOrderOnce() {
		this.api.placed("paid", 600);
		this.api.pay("paid").expectStatus().isOk().expectBody().json("""
				{"status":"PAID"}""");
		Api.problem(this.api.pay("paid"), 404);
		Api.problem(this.api.checkout("paid"), 404);
		this.api.order("paid").expectBody().json("""
				{"id":"paid","status":"PAID","expiredAt":null,"latenessMillis":null}""");
	}

	@Test
	void paysOnceOfManyAtOnce() throws Exception {
		this.api.placed("payers", 600);
		List<Integer> statuses = atOnce(16,
				() -> this.api.pay("payers").returnResult(String.class).getStatus().value());
		assertThat(statuses).containsOnly(200, 404).containsOnlyOnce(200);
	}

	@Test
	void refusesAnIdThatIsPaid() {
		this.api.paid("again");
		Api.problem(this.api.place("again", 700), 409)
			.jsonPath("$.title")
			.isEqualTo("Conflict")
			.jsonPath("$.detail")
			.isEqualTo("An order with this id is paid already: choose another id");
		this.api.order("again").expectBody().jsonPath("$.status").isEqualTo("PAID");
		Api.problem(this.api.checkout("again"), 404);
		Api.problem(this.api.pay("again"), 404);
		assertThat(this.api.audit("checkout:again")).as("changes, of which the refusal is none")
			.hasSizeLessThanOrEqualTo(2);
	}

	@Test
	void placesAndPaysOneOfManyAtOnce() throws Exception {
		List<List<Integer>> statuses = atOnce(16, () -> {
			List<Integer> mine = new ArrayList<>();
			for (int round = 0; round < 4; round++) {
				mine.add(this.api.place("placers", 600).returnResult(String.class).getStatus().value());
				mine.add(this.api.pay("placers").returnResult(String.class).getStatus().value());
			}
			return mine;
		});
		assertThat(statuses.stream().flatMap(List::stream)).containsOnly(200, 201, 404, 409).containsOnlyOnce(200, 201);
		this.api.order("placers").expectBody().jsonPath("$.status").isEqualTo("PAID");
	}

	@Test
	void knowsNothingOfAnOrderThatWasNeverPlaced() {
		Api.problem(this.api.checkout("nobody"), 404);
		Api.problem(this.api.pay("nobody"), 404);
		Api.problem(this.api.order("nobody"), 404).jsonPath("$.detail").isEqualTo("There is no order with this id");
		// and does not remember that it knew nothing
		this.api.placed("nobody", 600);
		this.api.order("nobody").expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(strings = { "two words", " outer ", "ümläut-é-日本", "🛒", "a:b{c}*?[x]", "50%", "a;b=c", "q?x&y#z", "+",
			"\"quoted\"<b>" })
	void takesAnyIdThatFitsInAPath(String id) {
		this.api.placed(id, 600);
		this.api.checkout(id).expectStatus().isOk().expectBody().jsonPath("$.id").isEqualTo(id);
		this.api.pay(id).expectStatus().isOk();
		this.api.order(id).expectBody().jsonPath("$.id").isEqualTo(id).jsonPath("$.status").isEqualTo("PAID");
	}

	@Test
	void pointsToThePlacedOrder() {
		String location = this.api.place("a;b ?é%", 600)
			.returnResult(String.class)
			.getResponseHeaders()
			.getFirst(HttpHeaders.LOCATION);
		this.rest.get()
			.uri(URI.create(location))
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.id")
			.isEqualTo("a;b ?é%");
	}

	@ParameterizedTest
	@MethodSource
	void namesTheWrongField(String field, Object id, Object expire) {
		Map<String, Object> body = new HashMap<>();
		body.put("id", id);
		body.put("expire", expire);
		Api.problem(this.api.post(body), 400)
			.jsonPath("$.title")
			.isEqualTo("Bad Request")
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).startsWith(field + " "))
			.jsonPath("$.errors[*].field")
			.value(FIELDS, (fields) -> assertThat(fields).containsOnly(field));
	}

	static Stream<Arguments> namesTheWrongField() {
		return Stream.of(Arguments.of("id", "", 5), Arguments.of("id", "  \t ", 5), Arguments.of("id", null, 5),
				Arguments.of("id", "x".repeat(201), 5), Arguments.of("id", "a/b", 5), Arguments.of("id", "a\\b", 5),
				Arguments.of("id", "..", 5), Arguments.of("id", "a\u0000b", 5), Arguments.of("id", "a\r\nb", 5),
				Arguments.of("id", List.of("a"), 5), Arguments.of("expire", "e", 0), Arguments.of("expire", "e", -3),
				Arguments.of("expire", "e", 86401), Arguments.of("expire", "e", null),
				Arguments.of("expire", "e", "soon"), Arguments.of("expire", "e", "20"),
				Arguments.of("expire", "e", 1.5), Arguments.of("expire", "e", 99_999_999_999L),
				Arguments.of("expire", "e", true));
	}

	@Test
	void namesEachOfTwoWrongFields() {
		Api.problem(this.api.place(" ", 0), 400).jsonPath("$.errors[*].field").isEqualTo(List.of("expire", "id"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"id\":", "[]", "null", "\"x\"", "" })
	void refusesABodyThatIsNoObject(String body) {
		Api.problem(this.api.post(body), 400)
			.jsonPath("$.detail")
			.isEqualTo("The body is missing or is no JSON object");
	}

	@Test
	void refusesAnUnpairedSurrogate() {
		Api.problem(this.api.post("{\"id\":\"a\\ud800\",\"expire\":5}"), 400);
	}

	@Test
	void takesTheLongestAndTheShortestThatIsAllowed() {
		this.api.placed("x".repeat(200), 86400);
		this.api.placed("shortest", 1);
	}

	@Test
	void answersWhatItDoesNotServeWithAProblem() {
		Api.problem(this.api.get("/no-such-thing"), 404);
		Api.problem(this.api.get("/checkout"), 405);
		Api.problem(this.rest.post().uri("/checkout").contentType(MediaType.TEXT_PLAIN).body("x").exchange(), 415);
	}

	private static <T> List<T> atOnce(int threads, Callable<T> call) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<T>> futures = executor.invokeAll(Collections.nCopies(threads, call));
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get());
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

}
