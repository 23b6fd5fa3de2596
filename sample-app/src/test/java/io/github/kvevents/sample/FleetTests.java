package io.github.kvevents.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several instances on one Redis.
 */
class FleetTests {

	private static final int ORDERS = 120;

	private final List<Instance> instances = new ArrayList<>();

	private RedisServer redis;

	private int redisPort;

	@BeforeEach
	void startRedis() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.redisPort = socket.getLocalPort();
		}
		this.redis = RedisServer.builder().port(this.redisPort).bind("127.0.0.1").setting("save \"\"").build();
		this.redis.start();
	}

	@AfterEach
	void stop() throws IOException {
		this.instances.forEach(Instance::stop);
		this.redis.stop();
	}

	@Test
	void eachOrderIsCancelledByOneOfTwoInstances() {
		Instance one = start();
		Instance two = start();
		for (int order = 0; order < ORDERS; order++) {
			((order % 2 == 0) ? one : two).api.placed("shared-" + order, 1);
		}
		assertAllExpire(two, ORDERS);
		assertThat(one.expiries()).as("orders that the first instance cancelled").isPositive();
		assertThat(two.expiries()).as("orders that the second instance cancelled").isPositive();
	}

	@Test
	void theOtherInstanceGoesOnWhenOneStops() {
		Instance one = start();
		Instance two = start();
		for (int order = 0; order < ORDERS; order++) {
			one.api.placed("shared-" + order, 1 + order % 3);
		}
		Awaitility.await().until(() -> one.expiries() > 0);
		one.stop();
		assertThat(one.expiries() + two.expiries()).as("orders cancelled before the stop").isLessThan(ORDERS);
		assertAllExpire(two, ORDERS);
	}

	@Test
	void ordersAreCancelledThoughNoInstanceRanWhenTheyExpired() {
		Instance one = start();
		for (int order = 0; order < 5; order++) {
			one.api.placed("shared-" + order, 2);
		}
		assertThat(one.expiries()).isZero();
		one.stop();
		LettuceConnectionFactory connections = new LettuceConnectionFactory("127.0.0.1", this.redisPort);
		connections.start();
		StringRedisTemplate redis = new StringRedisTemplate(connections);
		Awaitility.await().until(() -> redis.keys("checkout:*").isEmpty());
		connections.destroy();
		assertAllExpire(start(), 5);
	}

	/** Whichever instance is asked; and one hook of one instance was called for each. */
	private void assertAllExpire(Instance asked, int orders) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			for (int order = 0; order < orders; order++) {
				asked.api.order("shared-" + order).expectBody().jsonPath("$.status").isEqualTo("EXPIRED");
			}
		});
		Awaitility.await()
			.during(Duration.ofMillis(500))
			.until(() -> this.instances.stream().mapToLong(Instance::expiries).sum() == orders);
	}

	private Instance start() {
		Instance instance = new Instance(new SpringApplicationBuilder(SampleApplication.class).run("--server.port=0",
				"--spring.data.redis.url=redis://127.0.0.1:" + this.redisPort));
		this.instances.add(instance);
		return instance;
	}

	private static final class Instance {

		private final ConfigurableApplicationContext context;

		private final KvHookRegistration expiry;

		private final Api api;

		Instance(ConfigurableApplicationContext context) {
			this.context = context;
			this.expiry = context.getBean(KvHookRegistry.class).find("order-expiry").orElseThrow();
			this.api = new Api(RestTestClient.bindToServer()
				.baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port"))
				.build());
		}

		/** How many expiries the hook was called for. */
		long expiries() {
			return this.expiry.getStats().invocations();
		}

		void stop() {
			this.context.close();
		}

	}

}
