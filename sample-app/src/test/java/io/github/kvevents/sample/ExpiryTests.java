package io.github.kvevents.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Expiries on a real Redis, which takes real time; what they do to orders is in
 * {@code OrderExpiryTests}.
 */
@SampleTest
class ExpiryTests {

	private final Api api;

	ExpiryTests(@Autowired RestTestClient rest) {
		this.api = new Api(rest);
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
