package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestSentinel;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application on real servers that real Sentinels watch, while they fail over.
 */
class SentinelTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final TestSentinel sentinel = TestSentinel.start();

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Seen seen;

	private TestReporter reporter;

	@BeforeEach
	void start(TestReporter reporter) {
		this.reporter = reporter;
		this.context = RedisApplication.of(Application.class, this.sentinel.primary())
			.with("spring.data.redis.sentinel.master=" + TestSentinel.NAME,
					"spring.data.redis.sentinel.nodes=" + this.sentinel.addresses(),
					"spring.data.redis.timeout=" + TIMEOUT.toSeconds() + "s", "kv.events.namespace=watched",
					"kv.events.log.enabled=true", "kv.events.expiry.notifications.mode=configure")
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.seen = this.context.getBean(Seen.class);
		await().until(() -> this.context.getBean(KvListenerRegistry.class)
			.find("audit")
			.orElseThrow()
			.getStats()
			.partitions() == 1);
	}

	@AfterEach
	void stop() {
		this.context.close();
		this.sentinel.close();
	}

	/**
	 * By itself the driver stays with the former primary for some ten seconds, and all
	 * that it writes there is lost.
	 */
	@Test
	void plannedFailOverLosesOnlyWhatWasWrittenUntilTheSentinelsNameTheNewPrimary() {
		WriteLoad load = load();
		load.awaitWrites(200);
		load.awaitWritesOn(this.sentinel.failOver());
		load.awaitFurtherWrites(200);
		load.stop();
		Collection<String> lost = assertNothingOfTheLogIsMissed(load);
		assertThat(load.span(lost)).as("lost writes").isLessThan(Duration.ofSeconds(5));
		assertEverythingWorks();
	}

	@Test
	void killedPrimaryLosesNothingThatTheNewPrimaryHas() {
		Map<String, String> before = new HashMap<>();
		IntStream.range(0, 100).forEach((number) -> before.put("before:" + number, "x"));
		before.forEach((key, value) -> this.template.set(key, value, Duration.ofSeconds(4)));
		this.sentinel.awaitReplicated();
		WriteLoad load = load();
		load.awaitWrites(200);
		load.awaitWritesOn(this.sentinel.killPrimary());
		load.awaitFurtherWrites(200);
		load.stop();
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(this.seen.expired).extracting(KvEvent::getKey)
				.filteredOn((key) -> key.startsWith("before:"))
				.containsExactlyInAnyOrderElementsOf(before.keySet()));
		assertNothingOfTheLogIsMissed(load);
		assertEverythingWorks();
	}

	/**
	 * The listener received all that the log has, in the order of the log, and no gap was
	 * published more than once.
	 * @return the keys of acknowledged writes that the new primary never had
	 */
	private Collection<String> assertNothingOfTheLogIsMissed(WriteLoad load) {
		List<String> logged = log();
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(this.seen.handled).extracting(SentinelTests::text).containsAll(logged));
		List<String> first = this.seen.handled.stream().map(SentinelTests::text).distinct().toList();
		assertThat(first.stream().filter(Set.copyOf(logged)::contains)).containsExactlyElementsOf(logged);
		assertThat(this.seen.gaps.stream()
			.collect(Collectors.groupingBy(LogGapEvent::getReader, Collectors.counting()))
			.values()).allMatch((count) -> count <= 1);
		Set<String> present = Set.copyOf(logged);
		List<String> lost = load.acknowledged().stream().filter((key) -> !present.contains(key + "=" + key)).toList();
		assertThat(load.longestMillis()).as("the longest call").isLessThanOrEqualTo(TIMEOUT.toMillis() + 1000);
		this.reporter.publishEntry("fail-over", load.acknowledged().size() + " writes acknowledged, " + lost.size()
				+ " of them lost by the servers within " + load.span(lost).toMillis() + " ms, " + load.failures().size()
				+ " failed, longest call " + load.longestMillis() + " ms, gaps " + this.seen.gaps);
		return lost;
	}

	private List<String> log() {
		KvChangeLog log = this.context.getBean(KvChangeLog.class);
		List<String> logged = new ArrayList<>();
		StartPosition next = StartPosition.earliest();
		KvChangePage page;
		do {
			page = log.read(ReadRequest.from(next).limit(1000));
			page.events()
				.stream()
				.filter((event) -> event.getKey().startsWith("load:") && event.getType() == KvEventType.SET)
				.forEach((event) -> logged.add(text(event)));
			next = page.next();
		}
		while (!page.events().isEmpty());
		return logged;
	}

	private static String text(KvEvent event) {
		return event.getKey() + "=" + event.getValue(String.class);
	}

	private void assertEverythingWorks() {
		List<String> keys = IntStream.range(0, 50).mapToObj((number) -> "after:" + number).toList();
		keys.forEach((key) -> this.template.set(key, "x", Duration.ofMillis(100)));
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(this.seen.expired).extracting(KvEvent::getKey)
				.filteredOn((key) -> key.startsWith("after:"))
				.containsExactlyInAnyOrderElementsOf(keys));
		ExpiryNotificationBridge bridge = this.context.getBean(ExpiryNotificationBridge.class);
		await().atMost(PATIENCE)
			.until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING
					&& bridge.getStatus().missingFlags().isEmpty());
		StringRedisTemplate foreign = this.context.getBean(StringRedisTemplate.class);
		await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
			foreign.opsForValue().set("foreign:key", "x", Duration.ofMillis(20));
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(this.seen.expired)
					.filteredOn((event) -> event.getDetectedBy() == KvExpirySource.NOTIFICATION)
					.extracting(KvEvent::getKey)
					.contains("foreign:key"));
		});
	}

	private WriteLoad load() {
		return new WriteLoad((number) -> this.template.set(WriteLoad.key(number), WriteLoad.key(number)));
	}

	static class Seen {

		private final Queue<KvExpiredEvent> expired = new ConcurrentLinkedQueue<>();

		private final Queue<KvEvent> handled = new ConcurrentLinkedQueue<>();

		private final Queue<LogGapEvent> gaps = new ConcurrentLinkedQueue<>();

		@OnKvExpired
		void expired(KvExpiredEvent event) {
			this.expired.add(event);
		}

		@KvListener(id = "audit", prefix = "load:")
		void handle(KvEvent event) {
			this.handled.add(event);
		}

		@EventListener
		void gap(LogGapEvent event) {
			this.gaps.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Seen seen() {
			return new Seen();
		}

	}

}
