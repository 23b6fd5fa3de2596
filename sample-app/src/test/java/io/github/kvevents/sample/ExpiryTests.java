package io.github.kvevents.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

@SampleTest
class ExpiryTests {

	private final Api api;

	private final KvTemplate kv;

	ExpiryTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv) {
		this.api = new Api(rest);
		this.kv = kv;
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

	/** As when its instance dies before it could say that the hook was done. */
	@Test
	void anExpiryThatComesTwiceChangesNothing() {
		this.api.placed("twice-told", 1);
		byte[] checkout = this.kv.getRaw("checkout:twice-told").orElseThrow();
		this.api.awaitStatus("twice-told", "EXPIRED");
		String order = this.kv.get("order:twice-told", String.class).orElseThrow();
		this.kv.setRaw("checkout:twice-told", checkout, SetOptions.defaults().timeToLive(Duration.ofMillis(1)));
		this.api.placed("witness-4", 1);
		this.api.awaitStatus("witness-4", "EXPIRED");
		assertThat(this.kv.get("order:twice-told", String.class)).contains(order);
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
		byte[] checkout = this.kv.getRaw("checkout:crashed").orElseThrow();
		this.api.pay("crashed").expectStatus().isOk();
		this.kv.setRaw("checkout:crashed", checkout, SetOptions.defaults().timeToLive(Duration.ofMillis(200)));
		this.api.placed("witness-2", 1);
		this.api.awaitStatus("witness-2", "EXPIRED");
		this.api.order("crashed").expectBody().jsonPath("$.status").isEqualTo("PAID");
	}

	/**
	 * An expiry that is delivered late must not end the order that was placed meanwhile.
	 */
	@Test
	void anExpiryOfAnEarlierOrderDoesNotEndANewOne() {
		this.api.placed("renewed", 1);
		Awaitility.await()
			.until(() -> this.api.place("renewed", 600).returnResult(String.class).getStatus().value() == 201);
		this.api.placed("witness-3", 1);
		this.api.awaitStatus("witness-3", "EXPIRED");
		this.api.order("renewed").expectBody().jsonPath("$.status").isEqualTo("PENDING");
	}

	/** Orders that are paid about when they expire: some before, some after. */
	@Test
	void eitherPaysOrExpiresAndNeverBoth() throws Exception {
		int orders = 80;
		Map<String, Future<Integer>> payments = new HashMap<>();
		ScheduledExecutorService payers = Executors.newScheduledThreadPool(8);
		try {
			for (int i = 0; i < orders; i++) {
				String id = "race-" + i;
				this.api.placed(id, 1);
				int delay = (i == 0) ? 100 : 930 + i;
				payments.put(id, payers.schedule(() -> this.api.pay(id).returnResult(String.class).getStatus().value(),
						delay, MILLISECONDS));
			}
			Map<String, String> outcomes = new HashMap<>();
			for (Map.Entry<String, Future<Integer>> payment : payments.entrySet()) {
				int status = payment.getValue().get();
				assertThat(status).isIn(200, 404);
				outcomes.put(payment.getKey(), (status == 200) ? "PAID" : "EXPIRED");
			}
			assertThat(outcomes).containsValues("PAID", "EXPIRED");
			outcomes.forEach(this.api::awaitStatus);
			// nothing comes later and turns one into the other
			outcomes.forEach((id, status) -> this.api.order(id).expectBody().jsonPath("$.status").isEqualTo(status));
		}
		finally {
			payers.shutdownNow();
		}
	}

}
