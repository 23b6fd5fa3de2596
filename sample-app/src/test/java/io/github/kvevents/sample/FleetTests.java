package io.github.kvevents.sample;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.sample.Fleet.Instance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several instances on one Redis.
 */
class FleetTests {

	private static final int ORDERS = 120;

	private Fleet fleet;

	@BeforeEach
	void startRedis() throws IOException {
		this.fleet = new Fleet();
	}

	@AfterEach
	void stop() throws IOException {
		this.fleet.close();
	}

	@Test
	void eachOrderIsCancelledByOneOfTwoInstances() {
		Instance one = this.fleet.start();
		Instance two = this.fleet.start();
		for (int order = 0; order < ORDERS; order++) {
			((order % 2 == 0) ? one : two).api().placed("shared-" + order, 1);
		}
		assertAllExpire(two, ORDERS);
		assertThat(one.calls("order-expiry")).as("orders that the first instance cancelled").isPositive();
		assertThat(two.calls("order-expiry")).as("orders that the second instance cancelled").isPositive();
	}

	@Test
	void theOtherInstanceTakesOverWhenOneStops() {
		Instance one = this.fleet.start();
		Instance two = this.fleet.start();
		for (int order = 0; order < ORDERS; order++) {
			one.api().placed("shared-" + order, 1 + order % 3);
		}
		Awaitility.await().until(() -> one.calls("order-expiry") > 0);
		one.stop();
		assertThat(one.calls("order-expiry") + two.calls("order-expiry")).as("orders cancelled before the stop")
			.isLessThan(ORDERS);
		assertAllExpire(two, ORDERS);
	}

	@Test
	void ordersAreCancelledThoughNoInstanceRanWhenTheyExpired() {
		Instance one = this.fleet.start();
		for (int order = 0; order < 5; order++) {
			one.api().placed("shared-" + order, 2);
		}
		assertThat(one.calls("order-expiry")).isZero();
		one.stop();
		this.fleet.awaitNoKeys("checkout:*");
		assertAllExpire(this.fleet.start(), 5);
	}

	@Test
	void eachInstanceReceivesEachChangeOnce() {
		Instance one = this.fleet.start();
		Instance two = this.fleet.start();
		one.api().paid("heard");
		two.api().paid("heard-too");
		for (String hook : List.of("live", "order-cache-fleet")) {
			// each order: two keys, and both again when it is paid; and its receipt
			int changes = hook.equals("live") ? 10 : 4;
			Awaitility.await()
				.during(Duration.ofMillis(500))
				.until(() -> one.calls(hook) == changes && two.calls(hook) == changes);
		}
	}

	@Test
	void anOrderThatAnotherInstanceChangedIsNotAnsweredFromTheCache() {
		String neverTooOld = "--spring.cache.caffeine.spec=maximumSize=100";
		Instance one = this.fleet.start(neverTooOld);
		Instance two = this.fleet.start(neverTooOld);
		for (int order = 0; order < 20; order++) {
			String id = "cached-" + order;
			one.api().placed(id, 600);
			two.api().order(id).expectBody().jsonPath("$.status").isEqualTo("PENDING");
			one.api().pay(id).expectStatus().isOk();
			two.api().awaitStatus(id, "PAID");
		}
	}

	@Test
	void theBoardOfEachInstanceShowsWhatAnyOfThemDoes() {
		Instance one = this.fleet.start();
		one.api().placed("before", 600);
		Instance two = this.fleet.start();
		two.api().placed("after", 600);
		one.api().placed("gone", 1);
		for (Instance instance : List.of(one, two)) {
			instance.awaitBoard(Map.of("before", "PENDING", "after", "PENDING", "gone", "EXPIRED"));
		}
		two.api().pay("before").expectStatus().isOk();
		for (Instance instance : List.of(one, two)) {
			instance.awaitBoard(Map.of("before", "PAID", "after", "PENDING", "gone", "EXPIRED"));
			assertThat(instance.api().object("/counts")).isEqualTo(Map.of("PENDING", 1, "PAID", 1, "EXPIRED", 1));
		}
	}

	@Test
	void theTrailIsTheSameInEachInstanceAndAnotherOneResumesIt() {
		Instance one = this.fleet.start();
		Instance two = this.fleet.start();
		for (int order = 0; order < ORDERS; order++) {
			((order % 2 == 0) ? one : two).api().placed("audited-" + order, 600);
			if (order == ORDERS / 2) {
				Instance owner = one.owns("audit") ? one : two;
				Instance other = (owner == one) ? two : one;
				owner.stop();
				one = other;
				two = other;
			}
		}
		Instance asked = this.fleet.start();
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(asked.api().list("/audit")).hasSize(2 * ORDERS));
		assertThat(asked.api().list("/audit")).isEqualTo(one.api().list("/audit")).doesNotHaveDuplicates();
	}

	/** Whichever instance is asked; and one hook of one instance was called for each. */
	private void assertAllExpire(Instance asked, int orders) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			for (int order = 0; order < orders; order++) {
				asked.api().order("shared-" + order).expectBody().jsonPath("$.status").isEqualTo("EXPIRED");
			}
		});
		Awaitility.await().during(Duration.ofMillis(500)).until(() -> this.fleet.calls("order-expiry") == orders);
	}

}
