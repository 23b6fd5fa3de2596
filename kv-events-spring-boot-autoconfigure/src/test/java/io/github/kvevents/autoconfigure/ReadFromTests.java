package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestProxy;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications that read from replicas, with one whose replication stands still: what
 * decides anything is read from the primary.
 */
@ParameterizedClass
@ValueSource(strings = { "any", "replica", "replica-preferred" })
class ReadFromTests {

	private static final Duration LONG = Duration.ofSeconds(40);

	private final String readFrom;

	private final TestRedis primary = TestRedis.start("repl-diskless-sync-delay", "0");

	private final TestRedis replica = TestRedis.start();

	private final TestProxy replication = new TestProxy(this.primary);

	private final CountDownLatch resumed = new CountDownLatch(1);

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	ReadFromTests(String readFrom) {
		this.readFrom = readFrom;
	}

	@BeforeEach
	void start() {
		this.replica.execute("REPLICAOF", "127.0.0.1", String.valueOf(this.replication.getPort()));
		await().atMost(LONG)
			.until(() -> "up".equals(this.replica.info("replication").getProperty("master_link_status")));
		this.context = new SpringApplicationBuilder(Application.class)
			.properties("spring.data.redis.port=" + this.primary.getPort(), "spring.application.name=read-from",
					"spring.data.redis.lettuce.read-from=" + this.readFrom, "kv.events.log.enabled=true",
					"spring.main.web-application-type=none")
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.template.set("first", "written before");
		await().atMost(LONG).until(() -> "written before".equals(this.replica.template().opsForValue().get("first")));
		this.replication.changeReplies((piece) -> {
			try {
				this.resumed.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return piece;
		});
	}

	@AfterEach
	void stop() {
		this.resumed.countDown();
		this.context.close();
		this.replication.close();
		this.replica.close();
		this.primary.close();
	}

	@Test
	void watchReplaysWhatWasWritten() {
		for (int number = 0; number < 200; number++) {
			this.template.set("key:" + number, "v");
		}
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("key:").initialReplay())) {
			for (int number = 0; number < 200; number++) {
				assertThat(watch.poll(LONG)).as("event %d", number).isNotNull();
			}
			assertThat(watch.isReplayComplete()).isTrue();
			this.template.set("key:later", "v");
			assertThat(watch.poll(LONG)).satisfies((event) -> assertThat(event.getKey()).isEqualTo("key:later"));
		}
	}

	@Test
	void updateCallsItsFunctionOnce() {
		AtomicInteger calls = new AtomicInteger();
		for (int number = 0; number < 20; number++) {
			this.template.update("counter", Integer.class, (value) -> {
				calls.incrementAndGet();
				return (value != null) ? value + 1 : 1;
			});
		}
		assertThat(calls).hasValue(20);
	}

	@Test
	void listenersAndLogsAreReadWithoutGaps() {
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		Queue<LogGapEvent> gaps = new ConcurrentLinkedQueue<>();
		this.context.addApplicationListener((LogGapEvent gap) -> gaps.add(gap));
		KvEventLog eventLog = this.context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
		this.context.getBean(KvListenerRegistry.class)
			.register("mailer", ListenerOptions.defaults(), (event) -> handled.add(event.getKey()));
		for (int number = 0; number < 50; number++) {
			this.template.set("key:" + number, "v");
			eventLog.add(Map.of("number", number));
		}
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(handled).contains("key:49").hasSizeGreaterThanOrEqualTo(50));
		assertThat(this.context.getBean(KvChangeLog.class)
			.read(ReadRequest.from(StartPosition.earliest()).limit(1_000))
			.events()).hasSize(51);
		assertThat(eventLog.tail()).hasSize(50);
		assertThat(gaps).isEmpty();
	}

	/**
	 * What the application asked for: its reads go to the replica, if the settings leave
	 * no choice.
	 */
	@Test
	void readsOfTheApplicationFollowItsSetting() {
		this.template.set("late", "v");
		List<Boolean> found = new ArrayList<>();
		for (int attempt = 0; attempt < 20; attempt++) {
			found.add(this.template.get("late", String.class).isPresent());
			found.add(this.template.hasKey("late"));
			found.add(!this.template.batchGet(List.of("late"), String.class).isEmpty());
			found.add(this.template.getTimeToLive("late").isPresent());
		}
		if (this.readFrom.equals("any")) {
			return;
		}
		assertThat(found).doesNotContain(true);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
