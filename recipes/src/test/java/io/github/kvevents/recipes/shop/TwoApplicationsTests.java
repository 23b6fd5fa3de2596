package io.github.kvevents.recipes.shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.OnKvExpired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications on one Redis that share keys and events, and one that shares neither.
 */
@ExtendWith({ TestRedisExtension.class, OutputCaptureExtension.class })
class TwoApplicationsTests {

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	private final TestRedis redis;

	TwoApplicationsTests(TestRedis redis) {
		this.redis = redis;
	}

	@AfterEach
	void stop() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void oneWritesAndTheOtherReactsAndAThirdReceivesNothing(CapturedOutput output) {
		String[] shared = { "kv.events.namespace=orders", "kv.events.key-prefix=orders:",
				"kv.events.log.enabled=true" };
		Shop shop = run(ShopApplication.class, "shop", shared).getBean(Shop.class);
		run(BillingApplication.class, "billing", shared);
		run(StockApplication.class, "stock", "kv.events.key-prefix=stock:", "kv.events.log.enabled=true");
		shop.place(new Shop.Order("tea", 450));
		shop.reserve(new Shop.Order("milk", 120), Duration.ofMillis(150));
		await().until(() -> output.getOut().contains("Bill 450 cents for tea")
				&& output.getOut().contains("milk was not ordered in time"));
		assertThat(output.getOut().lines()).as("the shop has no hook, and stock a namespace of its own")
			.filteredOn((line) -> line.startsWith("Bill ") || line.endsWith("in time"))
			.hasSize(2);
		assertThat(this.redis.template().hasKey("orders:order:tea")).isTrue();
	}

	@Test
	void withoutTheChangeLogTheWriterTracksBecauseItIsToldTo(CapturedOutput output) {
		String[] shared = { "kv.events.namespace=orders", "kv.events.key-prefix=orders:" };
		ConfigurableApplicationContext shop = run(ShopApplication.class, "shop", "kv.events.namespace=orders",
				"kv.events.key-prefix=orders:", "kv.events.expiry.tracking.mode=all",
				"kv.events.expiry.notifications.mode=off");
		run(ExpiryApplication.class, "billing", shared);
		shop.getBean(KvTemplate.class).set("reserved:salt", new Shop.Order("salt", 90), Duration.ofMillis(120));
		await().until(() -> output.getOut().contains("salt was not ordered in time"));
	}

	private ConfigurableApplicationContext run(Class<?> application, String name, String... properties) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + this.redis.getPort(), "spring.application.name=" + name)
			.properties(properties)
			.run();
		this.contexts.add(context);
		return context;
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Shop.class)
	static class ShopApplication {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Billing.class)
	static class BillingApplication {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Billing.class)
	static class StockApplication {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ExpiryApplication {

		@OnKvExpired(prefix = "reserved:")
		void released(Billing.Order order) {
			System.out.println(order.id() + " was not ordered in time");
		}

	}

}
