package io.github.kvevents.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class ExpiryTests {

	private final Api api;

	private final StringRedisTemplate redis;

	ExpiryTests(@Autowired RestTestClient rest, @Autowired StringRedisTemplate redis) {
		this.api = new Api(rest);
		this.redis = redis;
	}

	@Test
	void expiresAnOrderThatNobodyPaid() {
		Instant before = Instant.now();
		this.api.placed("lapsed", 1);
		this.api.awaitStatus("lapsed", "EXPIRED");
		Map<?, ?> order = this.api.order("lapsed").returnResult(Map.class).getResponseBody();
		assertThat(order).isNotNull();
		Instant expiredAt = Instant.parse((String) order.get("expiredAt"));
		assertThat(expiredAt).isBetween(before.plusSeconds(1).minusMillis(1), Instant.now());
		long atMost = Duration.between(before.plusSeconds(1), expiredAt).toMillis() + 1;
		assertThat(order).extracting("latenessMillis", InstanceOfAssertFactories.INTEGER).isBetween(0, (int) atMost);
		Api.problem(this.api.checkout("lapsed"), 404);
		Api.problem(this.api.pay("lapsed"), 404);
	}

	@Test
	void startsAnewOnceAnOrderExpired() {
		this.api.placed("reborn", 1);
		this.api.awaitStatus("reborn", "EXPIRED");
		this.api.placed("reborn", 600);
		this.api.order("reborn").expectBody().json("""
				{"id":"reborn","status":"PENDING","expiredAt":null,"latenessMillis":null}""");
	}

	@Test
	void aPaidOrderNeverExpires() {
		this.api.placed("safe", 1);
		this.api.pay("safe").expectStatus().isOk();
		this.api.placed("witness", 1);
		this.api.awaitStatus("witness", "EXPIRED");
		this.api.order("safe").expectBody().jsonPath("$.status").isEqualTo("PAID");
	}

	/** The key of an order that was paid is left behind, as by a crash in between. */
	@Test
	void aPaidOrderDoesNotExpireThoughItsKeyDoes() {
		this.api.placed("crashed", 600);
		String checkout = this.redis.opsForValue().get("checkout:crashed");
		this.api.pay("crashed").expectStatus().isOk();
		assertThat(checkout).isNotNull();
		this.redis.opsForValue().set("checkout:crashed", checkout, Duration.ofMillis(200));
		this.api.placed("witness-2", 1);
		this.api.awaitStatus("witness-2", "EXPIRED");
		this.api.order("crashed").expectBody().jsonPath("$.status").isEqualTo("PAID");
	}

	/** An expiry that is told late must not end the order that was placed meanwhile. */
	@Test
	void anExpiryOfAnEarlierOrderDoesNotEndANewOne() {
		this.api.placed("renewed", 1);
		Awaitility.await()
			.until(() -> this.api.place("renewed", 600).returnResult(String.class).getStatus().value() == 201);
		this.api.placed("witness-3", 1);
		this.api.awaitStatus("witness-3", "EXPIRED");
		this.api.order("renewed").expectBody().jsonPath("$.status").isEqualTo("PENDING");
	}

	/** Keys that end within the milliseconds in which their orders are paid. */
	@Test
	void eitherPaysOrExpiresAndNeverBoth() {
		int rounds = 120;
		Map<String, String> outcomes = new HashMap<>();
		for (int i = 0; i < rounds; i++) {
			String id = "race-" + i;
			this.api.placed(id, 600);
			this.redis.expire("checkout:" + id, Duration.ofMillis(1 + i % 6));
			int status = this.api.pay(id).returnResult(String.class).getStatus().value();
			assertThat(status).isIn(200, 404);
			outcomes.put(id, (status == 200) ? "PAID" : "EXPIRED");
		}
		assertThat(outcomes).containsValues("PAID", "EXPIRED");
		outcomes.forEach(this.api::awaitStatus);
		// nothing comes later and turns one into the other
		outcomes.forEach((id, status) -> this.api.order(id).expectBody().jsonPath("$.status").isEqualTo(status));
	}

}
