package io.github.kvevents.plain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.plain.Orders.Order;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * An application of plain Spring, without Spring Boot, has everything that the starter
 * gives: it declares the beans itself, as {@code docs/plain-spring.md} shows.
 */
abstract class PlainSpringTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final List<String> published = new CopyOnWriteArrayList<>();

	private KvTemplate template;

	private Orders orders;

	/**
	 * Registers the back end.
	 */
	abstract void register(AnnotationConfigApplicationContext context);

	@BeforeEach
	void start() {
		this.context.register(KvEventsConfiguration.class, Orders.class);
		this.context.addApplicationListener((ApplicationListener<KvEvent>) this::record);
		register(this.context);
		this.context.refresh();
		this.template = this.context.getBean(KvTemplate.class);
		this.orders = this.context.getBean(Orders.class);
	}

	private void record(KvEvent event) {
		this.published.add(event.getType() + " " + event.getKey());
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void setReachesHookListenerAndSpringListener() {
		this.template.set("order:1", new Order("1", 100));
		assertThat(this.orders.set).containsExactly("order:1=100");
		assertThat(this.published).containsExactly("SET order:1");
		await().atMost(SOON).untilAsserted(() -> {
			assertThat(this.orders.listened).containsExactly("SET order:1");
			assertThat(this.orders.everyInstance).containsExactly("SET order:1");
		});
		assertThat(this.context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
			.hasSize(1);
	}

	@Test
	void guardVetoesBeforeAnythingIsWritten() {
		assertThatExceptionOfType(KvVetoException.class)
			.isThrownBy(() -> this.template.set("order:1", new Order("1", -1)));
		assertThat(this.template.hasKey("order:1")).isFalse();
		assertThat(this.orders.set).isEmpty();
	}

	@Test
	void expiryReachesHookWithTheLastValue() {
		Order order = new Order("1", 100);
		this.template.set("order:1", order, Duration.ofMillis(300));
		await().atMost(SOON).untilAsserted(() -> {
			assertThat(this.orders.expired).containsExactly(order);
			assertThat(this.orders.listened).containsExactly("SET order:1", "EXPIRED order:1");
		});
	}

	@Test
	void watchReplaysWhatExistsAndThenReceivesChanges() {
		this.template.set("order:1", new Order("1", 100));
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("order:").initialReplay())) {
			KvEvent replayed = next(watch);
			assertThat(replayed.getKey()).isEqualTo("order:1");
			assertThat(replayed.getChange()).isEqualTo(KvChange.CREATED);
			this.template.set("order:1", new Order("1", 200));
			KvEvent live = next(watch);
			assertThat(live.getChange()).isEqualTo(KvChange.UPDATED);
			assertThat(live.getValue(Order.class)).isEqualTo(new Order("1", 200));
		}
	}

	private static KvEvent next(KvWatch watch) {
		Instant end = Instant.now().plus(SOON);
		KvEvent event = null;
		while (event == null && Instant.now().isBefore(end)) {
			event = watch.poll(Duration.ofSeconds(1));
		}
		assertThat(event).as("the next event of the watch").isNotNull();
		return event;
	}

	@Test
	void followReceivesWhatIsThereAndWhatIsAdded() {
		KvEventLog log = this.context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
		log.add(Map.of("celsius", 20));
		List<Integer> received = new CopyOnWriteArrayList<>();
		Follow follow = log.tailAndFollow((entries) -> entries.forEach((entry) -> received.add(celsius(entry))));
		await().atMost(SOON).untilAsserted(() -> assertThat(received).containsExactly(20));
		log.add(Map.of("celsius", 21));
		await().atMost(SOON).untilAsserted(() -> assertThat(received).containsExactly(20, 21));
		follow.close();
	}

	private static Integer celsius(LogEntry entry) {
		Integer celsius = entry.get("celsius", Integer.class);
		assertThat(celsius).isNotNull();
		return celsius;
	}

}
