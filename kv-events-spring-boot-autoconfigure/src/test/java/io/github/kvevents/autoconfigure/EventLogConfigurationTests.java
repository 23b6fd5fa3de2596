package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.lettuce.core.RedisClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.memory.MemoryEventLogStore;
import io.github.kvevents.redis.RedisEventLogStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Which event logs there are, and when they step back.
 */
class EventLogConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, KvEventsAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.port=1", "spring.application.name=shop");

	@Test
	void areWhereKeysAreAndConnectToNothingAtFirst() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(KvEventLogs.class).hasSingleBean(RedisEventLogStore.class);
			context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
		});
		this.runner.withPropertyValues("kv.events.store=memory")
			.run((context) -> assertThat(context).hasSingleBean(KvEventLogs.class)
				.hasSingleBean(MemoryEventLogStore.class));
	}

	@Test
	void inMemoryTheyNeedNoRedis() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
			.withPropertyValues("kv.events.store=memory")
			.withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class, RedisClient.class))
			.run((context) -> {
				KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
				log.add(Map.of("sensor", "s1"));
				assertThat(log.tail()).hasSize(1);
			});
	}

	@Test
	void stepBack() {
		KvEventLogs logs = mock(KvEventLogs.class);
		this.runner.withBean(KvEventLogs.class, () -> logs)
			.run((context) -> assertThat(context).getBean(KvEventLogs.class).isSameAs(logs));
		this.runner.withBean(KvEventLogs.class, () -> logs)
			.withPropertyValues("kv.events.store=memory")
			.run((context) -> assertThat(context).getBean(KvEventLogs.class).isSameAs(logs));
		this.runner.withPropertyValues("kv.events.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KvEventLogs.class));
	}

	@ExtendWith(TestRedisExtension.class)
	@Test
	void followsEndWithTheApplication(TestRedis redis) {
		List<String> heard = new CopyOnWriteArrayList<>();
		this.runner.withPropertyValues("spring.data.redis.port=" + redis.getPort()).run((context) -> {
			KvEventLog log = context.getBean(KvEventLogs.class).open("sensors", EventLogOptions.defaults());
			Follow follow = log
				.tailAndFollow((entries) -> entries.forEach((entry) -> heard.add(entry.get("sensor", String.class))));
			log.add(Map.of("sensor", "s1"));
			Awaitility.await().until(() -> heard.size() == 1);
			assertThat(redis.template().hasKey("kv-events:{shop:0}:eventlog:sensors")).isTrue();
			context.close();
			assertThat(follow.isOpen()).isFalse();
		});
		assertThat(heard).containsExactly("s1");
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("kv-event-log-reader");
	}

}
