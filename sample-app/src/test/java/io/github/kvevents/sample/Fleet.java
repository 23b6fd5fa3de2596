package io.github.kvevents.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import redis.embedded.RedisServer;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Redis of its own, and instances of the application on it.
 */
final class Fleet implements AutoCloseable {

	static {
		// a machine that is busy with other work takes long
		Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
	}

	private final List<Instance> instances = new ArrayList<>();

	private final int redisPort;

	private final RedisServer redis;

	Fleet() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.redisPort = socket.getLocalPort();
		}
		this.redis = RedisServer.builder().port(this.redisPort).bind("127.0.0.1").setting("save \"\"").build();
		this.redis.start();
	}

	Instance start(String... arguments) {
		return startOn(0, arguments);
	}

	Instance startOn(int port, String... arguments) {
		String[] all = Stream
			.concat(Stream.of("--server.port=" + port, "--spring.data.redis.url=redis://127.0.0.1:" + this.redisPort),
					Stream.of(arguments))
			.toArray(String[]::new);
		Instance instance = new Instance(new SpringApplicationBuilder(SampleApplication.class).run(all));
		this.instances.add(instance);
		return instance;
	}

	/** Takes Redis away from all instances. */
	void stopRedis() throws IOException {
		this.redis.stop();
	}

	/** Brings it back, without what it had. */
	void startRedis() throws IOException {
		this.redis.start();
	}

	/** How often a hook was called, in all instances that ever ran. */
	long calls(String hook) {
		return this.instances.stream().mapToLong((instance) -> instance.calls(hook)).sum();
	}

	void awaitNoKeys(String pattern) {
		LettuceConnectionFactory connections = new LettuceConnectionFactory("127.0.0.1", this.redisPort);
		connections.start();
		StringRedisTemplate redis = new StringRedisTemplate(connections);
		Awaitility.await().until(() -> redis.keys(pattern).isEmpty());
		connections.destroy();
	}

	@Override
	public void close() throws IOException {
		this.instances.forEach(Instance::stop);
		this.redis.stop();
	}

	/**
	 * The application.
	 */
	static final class Instance {

		private final ConfigurableApplicationContext context;

		/** Taken at the start, since hooks are removed when their bean is destroyed. */
		private final Map<String, KvHookRegistration> hooks;

		private final int port;

		private final Api api;

		Instance(ConfigurableApplicationContext context) {
			this.context = context;
			this.hooks = context.getBean(KvHookRegistry.class)
				.all()
				.stream()
				.collect(Collectors.toMap(KvHookRegistration::getId, Function.identity()));
			this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
			this.api = new Api(RestTestClient.bindToServer().baseUrl("http://localhost:" + this.port).build());
		}

		Api api() {
			return this.api;
		}

		int port() {
			return this.port;
		}

		long calls(String hook) {
			return Objects.requireNonNull(this.hooks.get(hook)).getStats().invocations();
		}

		KvSubscription listener(String id) {
			return this.context.getBean(KvListenerRegistry.class).find(id).orElseThrow();
		}

		boolean owns(String listener) {
			return listener(listener).getStats().partitions() > 0;
		}

		/** Waits until the list has just these orders, by id, with these statuses. */
		void awaitBoard(Map<String, String> orders) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(this.api.list("/orders")
					.stream()
					.collect(Collectors.toMap((order) -> order.get("id"), (order) -> order.get("status"))))
					.isEqualTo(orders));
		}

		void stop() {
			this.context.close();
		}

	}

}
