package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * The change log of an application on Redis, by its properties.
 */
@ExtendWith(TestRedisExtension.class)
class RedisChangeLogConfigurationTests {

	private static final KvPosition START = new KvPosition(0, 0, 0);

	private final TestRedis redis;

	private final ApplicationContextRunner runner;

	RedisChangeLogConfigurationTests(TestRedis redis) {
		this.redis = redis;
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, KvEventsAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.port=" + redis.getPort(), "kv.events.namespace=shop",
					"kv.events.instance-id=shop one");
	}

	@Test
	void withoutThePropertyThereIsNoLog() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(ChangeLogStore.class);
			context.getBean(KvTemplate.class).set("a", "1");
			context.getBean(KvTemplate.class).set("b", "1", Duration.ofMinutes(9));
			assertThat(this.redis.template().keys("kv-events:*")).isEmpty();
		});
	}

	@Test
	void withItEventsHaveTheirPositionAndExpiriesAreInTheLogWithoutAHook() {
		this.runner
			.withPropertyValues("kv.events.log.enabled=true", "kv.events.log.max-length=1234",
					"kv.events.log.max-age=3h", "kv.events.key-prefix=pre:")
			.run((context) -> {
				ChangeLogStore log = context.getBean(ChangeLogStore.class);
				assertThat(log.getSettings().maxLength()).isEqualTo(1234);
				assertThat(log.getSettings().maxAge()).isEqualTo(Duration.ofHours(3));
				context.getBean(KvTemplate.class).set("a", "1", Duration.ofMillis(50));
				await().until(() -> log.read(START, 10).size() == 2);
				List<LoggedChange> changes = log.read(START, 10);
				assertThat(changes).extracting(LoggedChange::key).containsExactly("a", "a");
				assertThat(changes).extracting(LoggedChange::type)
					.containsExactly(KvEventType.SET, KvEventType.EXPIRED);
				assertThat(changes).extracting(LoggedChange::origin).containsOnly("shop one");
				assertThat(this.redis.template().hasKey("kv-events:{shop:0}:expired"))
					.as("nobody waits for expiries, so none is kept for them")
					.isFalse();
			});
	}

	@Test
	void eventsOfHooksHaveTheirPosition() {
		this.runner.withPropertyValues("kv.events.log.enabled=true").run((context) -> {
			BlockingQueue<KvEvent> events = hear(context);
			KvTemplate template = context.getBean(KvTemplate.class);
			template.set("a", "1", Duration.ofMillis(50));
			template.set("b", "1");
			template.delete("b");
			List<KvEvent> heard = List.of(take(events), take(events), take(events), take(events));
			assertThat(heard).extracting(KvEvent::getType)
				.containsExactlyInAnyOrder(KvEventType.SET, KvEventType.SET, KvEventType.DELETE, KvEventType.EXPIRED);
			ChangeLogStore log = context.getBean(ChangeLogStore.class);
			assertThat(heard).extracting(KvEvent::getPosition)
				.containsExactlyInAnyOrderElementsOf(log.read(START, 10).stream().map(LoggedChange::position).toList());
			await().until(() -> this.redis.execute("XLEN", "kv-events:{shop:0}:expired").equals(0L));
			template.set("b", "2");
			template.set("b", "2");
			assertThat(take(events).getPosition()).isNotNull();
			assertThat(take(events).getPosition()).as("nothing changed").isNull();
		});
	}

	@Test
	void expiryThatAWriteNoticedHasItsPositionToo() {
		this.runner.withPropertyValues("kv.events.log.enabled=true").run((context) -> {
			BlockingQueue<KvEvent> events = hear(context);
			KvTemplate template = context.getBean(KvTemplate.class);
			for (int round = 0; round < 20; round++) {
				template.set("a", "1", Duration.ofMillis(1));
				await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> !template.hasKey("a"));
				template.setRaw("a", new byte[] { 1 },
						(round % 2 == 0) ? SetOptions.defaults() : SetOptions.defaults().ifAbsent());
				template.delete("a");
			}
			ChangeLogStore log = context.getBean(ChangeLogStore.class);
			await()
				.until(() -> events.stream().filter((event) -> event.getType() == KvEventType.EXPIRED).count() == 20);
			assertThat(events).extracting(KvEvent::getPosition)
				.containsExactlyInAnyOrderElementsOf(
						log.read(START, 100).stream().map(LoggedChange::position).toList());
		});
	}

	@Test
	void withTrackingOffExpiriesAreMissing() {
		this.runner.withPropertyValues("kv.events.log.enabled=true", "kv.events.expiry.tracking.mode=off")
			.run((context) -> {
				KvTemplate template = context.getBean(KvTemplate.class);
				template.set("a", "1", Duration.ofMillis(5));
				await().until(() -> !template.hasKey("a"));
				template.set("a", "2");
				assertThat(context.getBean(ChangeLogStore.class).read(START, 10))
					.extracting(LoggedChange::type, LoggedChange::previousValue)
					.containsOnly(tuple(KvEventType.SET, null));
				assertThat(this.redis.template().keys("kv-events:*")).containsExactlyInAnyOrder("kv-events:{shop}:meta",
						"kv-events:{shop:0}:log");
			});
	}

	@ParameterizedTest
	@CsvSource({ "max-length,0", "max-age,0s", "max-age,-1s" })
	void badSettingsAreNamed(String property, String value) {
		this.runner.withPropertyValues("kv.events.log." + property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("kv.events.log." + property));
	}

	private static BlockingQueue<KvEvent> hear(ApplicationContext context) {
		BlockingQueue<KvEvent> events = new LinkedBlockingQueue<>();
		context.getBean(KvHookRegistry.class).register(KvHookOptions.defaults(), events::add);
		return events;
	}

	private static KvEvent take(BlockingQueue<KvEvent> events) throws InterruptedException {
		KvEvent event = events.poll(20, TimeUnit.SECONDS);
		assertThat(event).isNotNull();
		return event;
	}

}
