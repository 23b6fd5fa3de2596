package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that names a primary and its replica: everything works but for
 * notifications, which the driver doesn't have then.
 */
@ExtendWith(OutputCaptureExtension.class)
class MasterReplicaNodesTests {

	@Test
	void saysOnceThatNotificationsAreOff(CapturedOutput output) {
		try (TestRedis primary = TestRedis.start("repl-diskless-sync-delay", "0");
				TestRedis replica = TestRedis.start()) {
			replica.execute("REPLICAOF", "127.0.0.1", String.valueOf(primary.getPort()));
			await().atMost(Duration.ofSeconds(40))
				.until(() -> "up".equals(replica.info("replication").getProperty("master_link_status")));
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.properties(
						"spring.data.redis.masterreplica.nodes=127.0.0.1:" + primary.getPort() + ",127.0.0.1:"
								+ replica.getPort(),
						"spring.data.redis.lettuce.read-from=replica-preferred", "spring.application.name=nodes",
						"spring.main.web-application-type=none")
				.run()) {
				Queue<String> expired = new ConcurrentLinkedQueue<>();
				context.getBean(KvHookRegistry.class)
					.register(KvHookOptions.defaults().id("expired").events(KvEventType.EXPIRED),
							(event) -> expired.add(event.getKey()));
				ExpiryNotificationBridge bridge = context.getBean(ExpiryNotificationBridge.class);
				await().atMost(Duration.ofSeconds(40))
					.until(() -> bridge.getStatus().state() == NotificationStatus.State.OFF);
				KvTemplate template = context.getBean(KvTemplate.class);
				template.set("tracked", "v", Duration.ofMillis(200));
				await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(expired).contains("tracked"));
			}
			assertThat(output.getAll()).containsOnlyOnce("Expiry notifications are off");
			assertThat(output.getAll()).contains("spring.data.redis.masterreplica.nodes");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
