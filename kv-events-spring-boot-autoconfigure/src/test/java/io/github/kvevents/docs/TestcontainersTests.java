package io.github.kvevents.docs;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.redis.testcontainers.RedisContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter finds a Redis that Testcontainers runs, by {@link ServiceConnection}. Where
 * no Docker is there, it says so on standard output and is skipped.
 */
@EnabledIf("dockerIsThere")
@SpringBootTest(properties = { "spring.application.name=testcontainers", "spring.main.web-application-type=none" })
class TestcontainersTests {

	@Autowired
	private KvTemplate template;

	@Autowired
	private BlockingQueue<String> expired;

	static boolean dockerIsThere() {
		boolean there = DockerClientFactory.instance().isDockerAvailable();
		if (!there) {
			System.out.println("SKIPPED: " + TestcontainersTests.class.getName()
					+ " needs Docker and found none. What it shows was not tested on this machine.");
		}
		return there;
	}

	@Test
	void expiryInARedisOfTestcontainers() throws InterruptedException {
		this.template.set("checkout:1", "cart", Duration.ofMillis(300));
		assertThat(this.expired.poll(30, TimeUnit.SECONDS)).isEqualTo("checkout:1");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@ServiceConnection
		RedisContainer redis() {
			return new RedisContainer(DockerImageName.parse("redis:7.2"));
		}

		@Bean
		BlockingQueue<String> expired() {
			return new LinkedBlockingQueue<>();
		}

		@Bean
		Hooks hooks(BlockingQueue<String> expired) {
			return new Hooks(expired);
		}

	}

	record Hooks(BlockingQueue<String> expired) {

		@KvHook(events = KvEventType.EXPIRED, prefix = "checkout:")
		void onExpired(String key) {
			this.expired.add(key);
		}

	}

}
