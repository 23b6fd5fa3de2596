package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHook;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of an application that has a meter registry and no tracing.
 */
@ExtendWith(TestRedisExtension.class)
class KvMetricsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
				ObservationAutoConfiguration.class, KvEventsAutoConfiguration.class, KvMetricsAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("kv.events.store=memory");

	@Test
	void operationsAndHooksAreTimed() {
		this.runner.run((context) -> {
			KvTemplate template = context.getBean(KvTemplate.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			template.set("timed:1", "x");
			template.set("timed:2", "x");
			template.delete("timed:1");
			assertThat(meters.get("kv.operation").tag("operation", "set").tag("store", "memory").timer().count())
				.isEqualTo(2);
			assertThat(meters.get("kv.operation").tag("operation", "delete").timer().count()).isEqualTo(1);
			assertThat(meters.get("kv.hook").tag("hook", "hooks.timed").timers()).extracting((timer) -> timer.count())
				.containsExactlyInAnyOrder(2L, 1L);
		});
	}

	@Test
	void expiriesAreMeasured(TestRedis redis) {
		this.runner.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("kv.events.store=redis", "spring.data.redis.port=" + redis.getPort(),
					"management.metrics.distribution.slo.kv.expiry.lateness=100ms,1s,10s",
					"management.metrics.distribution.percentiles.kv.expiry.lateness=0.5,0.99")
			.run((context) -> {
				KvTemplate template = context.getBean(KvTemplate.class);
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				template.set("timed:1", "x", Duration.ofMillis(1));
				template.set("timed:2", "x", Duration.ofMinutes(3));
				template.set("timed:3", "x", Duration.ofMinutes(3));
				Timer lateness = meters.get("kv.expiry.lateness").timer();
				Awaitility.await().until(() -> lateness.count() == 1);
				assertThat(lateness.takeSnapshot().histogramCounts()).hasSize(3);
				assertThat(lateness.takeSnapshot().percentileValues()).hasSize(2);
				assertThat(lateness.max(TimeUnit.SECONDS)).isLessThan(20);
				Awaitility.await().until(() -> meters.get("kv.expiry.delivered").functionCounter().count() == 1);
				assertThat(meters.get("kv.expiry.redelivered").functionCounter().count()).isZero();
				assertThat(meters.get("kv.expiry.trimmed").functionCounter().count()).isZero();
				assertThat(meters.get("kv.expiry.unreceived").functionCounter().count()).isZero();
				assertThat(meters.get("kv.expiry.tracked").gauge().value()).isEqualTo(2);
				assertThat(meters.get("kv.expiry.pending").gauge().value()).isBetween(0.0, 1.0);
			});
	}

	@Test
	void gaugesDoNotConnectWhereNothingReceivesExpiries() {
		try (TestRedis redis = TestRedis.start()) {
			long before = redis.connectionsReceived();
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
						CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
						DataRedisAutoConfiguration.class, KvEventsAutoConfiguration.class,
						KvMetricsAutoConfiguration.class))
				.withPropertyValues("spring.data.redis.port=" + redis.getPort())
				.run((context) -> {
					MeterRegistry meters = context.getBean(MeterRegistry.class);
					assertThat(meters.get("kv.expiry.tracked").gauge().value()).isNaN();
					assertThat(meters.get("kv.expiry.pending").gauge().value()).isNaN();
					assertThat(redis.connectionsReceived()).isEqualTo(before);
				});
		}
	}

	@Test
	void thereAreNoMetersOfTrackingThatIsOff(TestRedis redis) {
		this.runner.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("kv.events.store=redis", "spring.data.redis.port=" + redis.getPort(),
					"kv.events.expiry.tracking.mode=off")
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).getMeters())
				.extracting((meter) -> meter.getId().getName())
				.contains("kv.expiry.notifications.received")
				.doesNotContain("kv.expiry.lateness", "kv.expiry.tracked", "kv.expiry.pending", "kv.expiry.delivered"));
	}

	@Test
	void noTagNamesAKey() {
		this.runner.run((context) -> {
			context.getBean(KvTemplate.class).set("timed:secret", "secret");
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.filteredOn((meter) -> meter.getId().getName().startsWith("kv."))
				.isNotEmpty()
				.allSatisfy((meter) -> assertThat(meter.getId().toString()).doesNotContain("secret"));
		});
	}

	@Test
	void dropsAreCounted() {
		this.runner
			.withPropertyValues("kv.events.hooks.async.overflow=drop-newest", "kv.events.hooks.async.queue-capacity=1",
					"kv.events.hooks.async.concurrency=1")
			.run((context) -> {
				KvTemplate template = context.getBean(KvTemplate.class);
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				assertThat(meters.get("kv.hook.dropped").tag("hook", "hooks.slow").counter().count()).isZero();
				Hooks hooks = context.getBean(Hooks.class);
				template.set("slow:1", "runs");
				assertThat(hooks.entered.await(20, TimeUnit.SECONDS)).isTrue();
				template.set("slow:2", "waits");
				template.set("slow:3", "is dropped");
				template.set("slow:4", "is dropped");
				hooks.release.countDown();
				Awaitility.await()
					.untilAsserted(
							() -> assertThat(meters.get("kv.hook.dropped").tag("hook", "hooks.slow").counter().count())
								.isEqualTo(2));
			});
	}

	static class Hooks {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		@KvHook(prefix = "timed:")
		void timed(String key) {
		}

		@KvHook(prefix = "slow:", async = true)
		void slow(String key) throws InterruptedException {
			this.entered.countDown();
			this.release.await();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		Hooks hooks() {
			return new Hooks();
		}

	}

}
