package io.github.kvevents.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;

import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestSentinel;
import io.github.kvevents.fixture.TestTls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Applications whose Redis takes only clients with a certificate.
 */
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

	private static TestTls tls;

	private static TestRedis redis;

	private static int port;

	@BeforeAll
	static void start() {
		tls = TestTls.create();
		port = TestTls.freePort();
		List<String> settings = new ArrayList<>(List.of(tls.server(port)));
		settings.addAll(List.of("notify-keyspace-events", "Ex"));
		redis = TestRedis.start(settings.toArray(String[]::new));
	}

	@AfterAll
	static void stop() {
		redis.close();
		tls.close();
	}

	@Test
	void everyFeatureWorksAndEachConnectionIsEncrypted() {
		redis.reset();
		try (ConfigurableApplicationContext context = run("spring.data.redis.port=" + port, tls.client())) {
			UserOfOneFeature.EVERYTHING.use(context, redis);
			// shared, pages, one for the expiries of each partition, notifications,
			// change
			// log, and perhaps still that of the event log
			assertThat(clients(redis)).filteredOn((client) -> client.contains(" laddr=127.0.0.1:" + port + " "))
				.hasSizeBetween(1 + 1 + 3 + 1 + 1, 8);
			assertThat(clients(redis))
				.filteredOn((client) -> client.contains(" laddr=127.0.0.1:" + redis.getPort() + " "))
				.as("this test")
				.hasSize(1);
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void everyFeatureWorksInACluster() {
		try (TestCluster cluster = TestCluster.startWithTls(3, tls);
				ConfigurableApplicationContext context = run("spring.data.redis.cluster.nodes=" + cluster.addresses(),
						tls.client(), "kv.events.expiry.notifications.mode=configure")) {
			await()
				.until(() -> cluster.primaries()
					.stream()
					.allMatch((node) -> String.valueOf(node.template()
						.getRequiredConnectionFactory()
						.getConnection()
						.serverCommands()
						.getConfig("notify-keyspace-events")).contains("x")));
			UserOfOneFeature.EVERYTHING.use(context, cluster.primaryOf("shop:foreign"));
			for (TestRedis node : cluster.primaries()) {
				assertThat(clients(node))
					.filteredOn((client) -> client.contains(" laddr=127.0.0.1:" + node.getPort() + " "))
					.as("this test")
					.hasSize(1);
			}
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void connectionsFollowThePrimaryThatSentinelsName() {
		try (TestSentinel sentinel = TestSentinel.startWithTls(tls);
				ConfigurableApplicationContext context = run("spring.data.redis.sentinel.nodes=" + sentinel.addresses(),
						tls.client(), "spring.data.redis.sentinel.master=" + TestSentinel.NAME)) {
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("a", "1", Duration.ofMinutes(7));
			TestRedis former = sentinel.primary();
			await().until(() -> sentinel.cutSubscribers(0) == 1);
			TestRedis primary = sentinel.failOver();
			await().ignoreExceptionsInstanceOf(DataAccessException.class).until(() -> {
				template.set("b", "2", Duration.ofMinutes(7));
				return primary.template().hasKey("shop:b");
			});
			assertThat(former).isNotSameAs(primary);
			for (TestRedis node : List.of(former, primary)) {
				assertThat(clients(node))
					.filteredOn((client) -> client.contains(" laddr=127.0.0.1:" + node.getPort() + " "))
					.as("this test")
					.hasSize(1);
			}
		}
	}

	private static List<String> clients(TestRedis node) {
		return String.valueOf(node.execute("CLIENT", "LIST")).lines().toList();
	}

	@Test
	void serverOfAnotherAuthorityIsNotTrusted(CapturedOutput output) {
		try (TestTls other = TestTls.create();
				ConfigurableApplicationContext context = run("spring.data.redis.port=" + port, other.client())) {
			refused(context, output, "unable to find valid certification path");
		}
	}

	@Test
	void applicationWithoutACertificateIsRefused(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("spring.data.redis.port=" + port,
				tls.clientWithoutCertificate())) {
			refused(context, output, "certificate_required");
		}
	}

	private static void refused(ConfigurableApplicationContext context, CapturedOutput output, String reason) {
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> context.getBean(KvTemplate.class).set("a", "1", Duration.ofMinutes(1)))
			.withMessageContaining(reason)
			.withMessageContaining("'spring.data.redis.ssl.bundle'");
		assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
		assertThat(output).containsOnlyOnce("Redis can't be reached for now").contains(reason);
		assertThat(redis.template().hasKey("shop:a")).isFalse();
	}

	private static Health health(ConfigurableApplicationContext context) {
		return context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class).health();
	}

	private static ConfigurableApplicationContext run(String address, List<String> tlsProperties, String... more) {
		List<String> properties = new ArrayList<>(tlsProperties);
		properties.addAll(List.of(more));
		properties.addAll(List.of(address, "spring.data.redis.timeout=5s", "kv.events.key-prefix=shop:",
				"kv.events.namespace=shop", "kv.events.partitions=3", "kv.events.log.enabled=true"));
		return new SpringApplicationBuilder(UserOfOneFeature.EVERYTHING.application).web(WebApplicationType.NONE)
			.properties(properties.toArray(String[]::new))
			.run();
	}

}
