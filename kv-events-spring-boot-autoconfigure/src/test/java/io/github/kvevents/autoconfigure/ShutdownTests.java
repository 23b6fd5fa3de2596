package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvOperations;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookRegistration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order in which an application stops: its web server, then asynchronous hooks, then
 * the connections to Redis.
 */
@ExtendWith(TestRedisExtension.class)
class ShutdownTests {

	@Test
	void hooksThatAreDrainedStillReachRedis(TestRedis redis) throws Exception {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "server.shutdown=graceful", "spring.data.redis.port=" + redis.getPort(),
					"kv.events.hooks.async.concurrency=1")
			.run();
		Hooks hooks = context.getBean(Hooks.class);
		KvOperations operations = context.getBean(KvOperations.class);
		for (int number = 0; number < 20; number++) {
			operations.set("order:" + number, "pending");
		}
		WebServerStopped webServer = context.getBean(WebServerStopped.class);
		HookEngine engine = context.getBean(HookEngine.class);
		Thread closing = new Thread(context::close);
		closing.start();
		Awaitility.await().until(() -> webServer.stopped);
		assertThat(engine.isRunning()).as("hooks are drained after the web server was stopped").isTrue();
		KvHookRegistration hook = engine.getRegistry().find("hooks.copy").orElseThrow();
		Awaitility.await().until(() -> {
			operations.set("order:too-late", "pending");
			return hook.getStats().dropped() > 0;
		});
		assertThat(redis.template().keys("copy:*")).isEmpty();
		hooks.gate.countDown();
		closing.join();
		assertThat(hooks.failures).isEmpty();
		assertThat(redis.template().keys("copy:order:??")).hasSize(10);
		assertThat(redis.template().keys("copy:order:?")).hasSize(10);
		assertThat(engine.getRegistry().all()).isEmpty();
	}

	static class Hooks {

		private final CountDownLatch gate = new CountDownLatch(1);

		private final List<Exception> failures = new CopyOnWriteArrayList<>();

		private final KvOperations operations;

		Hooks(KvOperations operations) {
			this.operations = operations;
		}

		@KvHook(prefix = "order:", async = true)
		void copy(String key) throws InterruptedException {
			this.gate.await();
			try {
				this.operations.set("copy:" + key, "done");
			}
			catch (RuntimeException ex) {
				this.failures.add(ex);
			}
		}

	}

	/** Stops right after the web server. */
	static class WebServerStopped implements SmartLifecycle {

		private volatile boolean running;

		private volatile boolean stopped;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			this.stopped = true;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return SmartLifecycle.DEFAULT_PHASE - 2049;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Hooks hooks(KvOperations operations) {
			return new Hooks(operations);
		}

		@Bean
		WebServerStopped webServerStopped() {
			return new WebServerStopped();
		}

	}

}
