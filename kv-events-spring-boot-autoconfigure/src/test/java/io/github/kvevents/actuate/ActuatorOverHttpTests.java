package io.github.kvevents.actuate;

import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator gets over HTTP.
 */
@DirtiesContext // a context that lives on would have threads that other tests must not
				// see
				// see
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "kv.events.store=memory", "management.endpoints.web.exposure.include=kvhooks,health,metrics",
				"management.endpoint.health.show-details=always", "management.endpoint.health.show-components=always" })
// see
class ActuatorOverHttpTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvHookRegistry registry;

	private final RestTestClient client;

	ActuatorOverHttpTests(@LocalServerPort int port) {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + port + "/actuator").build();
	}

	@BeforeEach
	void enableAll() {
		this.registry.all().forEach((registration) -> registration.setEnabled(true));
	}

	@Test
	void showsAllHooksWithTheirFigures() {
		this.template.set("order:secret-key", "secret-value");
		String body = get("/kvhooks").expectStatus().isOk().returnResult(String.class).getResponseBody();
		assertThat(body).doesNotContain("secret");
		get("/kvhooks").expectBody()
			.jsonPath("$.hooks.length()")
			.isEqualTo(this.registry.all().size())
			.jsonPath("$.hooks[?(@.id == 'orderHooks.onOrder')].bean")
			.isEqualTo("orderHooks")
			.jsonPath("$.totals.hooks")
			.isEqualTo(this.registry.all().size())
			.jsonPath("$.totals.invocations")
			.value((Integer count) -> assertThat(count).isPositive());
	}

	@Test
	void showsOneHookByAnIdWithDots() {
		this.template.set("order:1", "x");
		get("/kvhooks/orderHooks.onOrder").expectStatus()
			.isOk()
			.expectBody(new ParameterizedTypeReference<Map<String, Object>>() {
			})
			.value((hook) -> {
				assertThat(hook).containsOnlyKeys("id", "bean", "method", "events", "filter", "async", "timeout",
						"scope", "enabled", "stats");
				assertThat(hook).containsEntry("id", "orderHooks.onOrder")
					.containsEntry("bean", "orderHooks")
					.containsEntry("method", "onOrder")
					.containsEntry("async", false)
					.containsEntry("timeout", "PT3S")
					.containsEntry("scope", "ONE_INSTANCE")
					.containsEntry("enabled", true);
				assertThat(hook.get("events")).asInstanceOf(InstanceOfAssertFactories.LIST)
					.containsExactlyInAnyOrder("SET", "DELETE");
				assertThat(hook.get("filter")).asString().contains("order:");
				assertThat(hook.get("stats")).asInstanceOf(InstanceOfAssertFactories.MAP)
					.containsOnlyKeys("invocations", "failures", "timeouts", "dropped", "inFlight", "meanMillis",
							"maxMillis", "lastInvokedAt", "lastError")
					.hasEntrySatisfying("lastInvokedAt", (at) -> assertThat(at).asString().endsWith("Z"));
			});
	}

	@Test
	void showsTheClassOfTheLastErrorAndNotItsMessage() {
		try (KvHookRegistration registration = this.registry.register(KvHookOptions.defaults().id("failing"),
				(event) -> {
					throw new IllegalStateException(event.getValue(String.class));
				})) {
			this.template.set("other:1", "secret");
			get("/kvhooks/" + registration.getId()).expectBody()
				.jsonPath("$.stats.failures")
				.isEqualTo(1)
				.jsonPath("$.stats.lastError")
				.isEqualTo("java.lang.IllegalStateException")
				.jsonPath("$.bean")
				.isEmpty()
				.jsonPath("$.filter")
				.isEmpty();
		}
	}

	@Test
	void unknownHookIsNotFound() {
		get("/kvhooks/orderHooks.onOrders").expectStatus().isNotFound();
		post("/kvhooks/orderHooks.onOrders", "{\"enabled\":false}").expectStatus().isNotFound();
	}

	@Test
	void switchesHookOffAndOn() {
		long before = invocations();
		post("/kvhooks/orderHooks.onOrder", "{\"enabled\":false}").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.enabled")
			.isEqualTo(false);
		this.template.set("order:1", "x");
		assertThat(invocations()).isEqualTo(before);
		post("/kvhooks/orderHooks.onOrder", "{\"enabled\":true}").expectStatus().isOk();
		this.template.set("order:1", "x");
		assertThat(invocations()).isEqualTo(before + 1);
	}

	@Test
	void writeWithoutUsableValueIsBadRequest() {
		post("/kvhooks/orderHooks.onOrder", "{}").expectStatus().isBadRequest();
		post("/kvhooks/orderHooks.onOrder", "{\"enabled\":\"perhaps\"}").expectStatus().isBadRequest();
		assertThat(this.registry.find("orderHooks.onOrder").orElseThrow().isEnabled()).isTrue();
	}

	@Test
	void healthHasContributor() {
		get("/health").expectBody()
			.jsonPath("$.components.kvEvents.status")
			.isEqualTo("UP")
			.jsonPath("$.components.kvEvents.details.store")
			.isEqualTo("memory");
	}

	@Test
	void metersCountOperationsAndHooks() {
		this.template.set("order:1", "x");
		get("/metrics/kv.operation?tag=operation:set").expectStatus().isOk();
		get("/metrics/kv.hook").expectStatus().isOk();
	}

	private long invocations() {
		return this.registry.find("orderHooks.onOrder").orElseThrow().getStats().invocations();
	}

	private RestTestClient.ResponseSpec get(String path) {
		return this.client.get().uri(path).accept(MediaType.APPLICATION_JSON).exchange();
	}

	private RestTestClient.ResponseSpec post(String path, String body) {
		return this.client.post().uri(path).contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	static class OrderHooks {

		@KvHook(events = { KvEventType.SET, KvEventType.DELETE }, prefix = "order:", timeout = "3s")
		void onOrder(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		OrderHooks orderHooks() {
			return new OrderHooks();
		}

	}

}
