package io.github.kvevents.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.fixture.TestRedis;

/**
 * Runs an application of a test on a real Redis, without a web server.
 */
final class RedisApplication {

	private final Class<?> application;

	private final List<String> properties = new ArrayList<>(List.of("spring.main.web-application-type=none"));

	private RedisApplication(Class<?> application, int port) {
		this.application = application;
		this.properties.add("spring.data.redis.port=" + port);
	}

	static RedisApplication of(Class<?> application, TestRedis redis) {
		return of(application, redis.getPort());
	}

	/**
	 * An application on a port of 127.0.0.1, behind which there may be no Redis.
	 */
	static RedisApplication of(Class<?> application, int port) {
		return new RedisApplication(application, port);
	}

	/**
	 * Adds properties; of the same name the last one counts.
	 */
	RedisApplication with(String... properties) {
		this.properties.addAll(List.of(properties));
		return this;
	}

	ConfigurableApplicationContext run() {
		return new SpringApplicationBuilder(this.application).properties(this.properties.toArray(String[]::new)).run();
	}

}
