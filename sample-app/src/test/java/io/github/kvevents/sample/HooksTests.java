package io.github.kvevents.sample;

import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The hooks that nobody sees in an answer: metrics, cache, and what the actuator tells.
 */
@SampleTest
class HooksTests {

	private final Api api;

	private final KvTemplate kv;

	private final MeterRegistry meters;

	HooksTests(@Autowired RestTestClient rest, @Autowired KvTemplate kv, @Autowired MeterRegistry meters) {
		this.api = new Api(rest);
		this.kv = kv;
		this.meters = meters;
	}

	@Test
	void countsChangesByPrefix() {
		double checkouts = count("checkout", "created");
		double orders = count("order", "created");
		double others = count("other", "created");
		this.api.placed("counted", 600);
		this.kv.set("cart:1", "x");
		this.kv.set(":", "x");
		this.kv.set("order", "x");
		assertThat(count("checkout", "created") - checkouts).isEqualTo(1);
		assertThat(count("order", "created") - orders).isEqualTo(1);
		assertThat(count("other", "created") - others).isEqualTo(3);
		assertThat(this.meters.find("sample.changes").counters())
			.extracting((counter) -> counter.getId().getTag("prefix"))
			.contains("checkout", "order", "other")
			.isSubsetOf("checkout", "mail", "order", "receipt", "other");
	}

	@Test
	void neverAnswersAnOrderThatHasChanged() {
		for (int i = 0; i < 100; i++) {
			String id = "cached-" + i;
			this.api.placed(id, 600);
			this.api.order(id).expectBody().jsonPath("$.status").isEqualTo("PENDING");
			this.api.pay(id).expectStatus().isOk();
			this.api.order(id).expectBody().jsonPath("$.status").isEqualTo("PAID");
		}
	}

	@Test
	void showsItsHooksInTheActuator() {
		this.api.placed("shown", 600);
		Awaitility.await().untilAsserted(() -> {
			Map<String, Object> answer = this.api.object("/actuator/kvhooks");
			assertThat(answer).extracting("hooks", InstanceOfAssertFactories.list(Map.class))
				.extracting((hook) -> hook.get("id"))
				.containsExactlyInAnyOrder("live", "metrics", "order-cache", "order-cache-fleet", "order-expiry");
			assertThat(answer).extracting("totals.failures").isEqualTo(0);
			assertThat(this.api.object("/actuator/kvhooks/live"))
				.extracting("stats.invocations", InstanceOfAssertFactories.INTEGER)
				.isGreaterThanOrEqualTo(2);
		});
	}

	@Test
	void showsExpiryInTheActuator() {
		this.api.placed("measured", 1);
		this.api.placed("tracked", 600);
		this.api.awaitStatus("measured", "EXPIRED");
		Map<String, Object> expiry = this.api.object("/actuator/kvexpiry");
		assertThat(expiry).containsEntry("mode", "AUTO").containsEntry("state", "TRACKING");
		assertThat(expiry).extracting("delivered", InstanceOfAssertFactories.INTEGER).isPositive();
		assertThat(expiry).extracting("tracked", InstanceOfAssertFactories.INTEGER).isPositive();
		assertThat(expiry).extracting("lateness.count", InstanceOfAssertFactories.INTEGER).isPositive();
		assertThat(expiry).extracting("notifications.mode").isEqualTo("OFF");
	}

	@Test
	void showsItsBillOfMaterialsInTheActuator() {
		// a build that is offline makes none
		assumeThat(getClass().getResource("/META-INF/sbom/application.cdx.json")).isNotNull();
		assertThat(this.api.object("/actuator/sbom")).containsEntry("ids", List.of("application"));
		assertThat(this.api.object("/actuator/sbom/application")).containsEntry("bomFormat", "CycloneDX")
			.extracting("metadata.component.name")
			.isEqualTo("kv-events-sample-app");
	}

	@Test
	void isHealthy() {
		Map<String, Object> health = this.api.object("/actuator/health");
		assertThat(health).containsEntry("status", "UP");
		assertThat(health).extracting("components.kvEvents.status").isEqualTo("UP");
		assertThat(health).extracting("components.kvEvents.details", InstanceOfAssertFactories.MAP)
			.doesNotContainKey("warnings");
	}

	private double count(String prefix, String change) {
		Counter counter = this.meters.find("sample.changes").tags("prefix", prefix, "change", change).counter();
		return (counter != null) ? counter.count() : 0;
	}

}
