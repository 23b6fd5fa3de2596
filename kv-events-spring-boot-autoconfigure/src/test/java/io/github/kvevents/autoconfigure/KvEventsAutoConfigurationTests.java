package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.annotation.KvHookBeanPostProcessor;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Which beans there are, and when each steps back.
 */
class KvEventsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, KvEventsAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.port=1");

	private final ApplicationContextRunner alone = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KvEventsAutoConfiguration.class))
		.withPropertyValues("kv.events.store=memory");

	@Test
	void keepsKeysInRedisByDefault() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(RedisKvStore.class)
				.hasSingleBean(KvTemplate.class)
				.hasSingleBean(KvCodec.class)
				.hasSingleBean(KvHookBeanPostProcessor.class)
				.hasSingleBean(ExpiryNotificationBridge.class);
			assertThat(context).getBean(KvHookRegistry.class).isSameAs(context.getBean(HookEngine.class).getRegistry());
		});
	}

	@Test
	void memoryStoreNeedsNoRedis() {
		this.alone.withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class, RedisClient.class))
			.run((context) -> {
				assertThat(context).hasSingleBean(MemoryKvStore.class).doesNotHaveBean(ExpiryNotificationBridge.class);
				KvOperations operations = context.getBean(KvOperations.class);
				operations.set("a", "1");
				assertThat(operations.get("a", String.class)).contains("1");
			});
	}

	@Test
	void memoryStoreLeavesRedisAlone() {
		this.runner.withPropertyValues("kv.events.store=memory")
			.run((context) -> assertThat(context).hasSingleBean(MemoryKvStore.class)
				.doesNotHaveBean(RedisKvStore.class)
				.doesNotHaveBean(ExpiryNotificationBridge.class));
	}

	@Test
	void principalWithoutSpringSecurityIsRefused() {
		this.alone.withClassLoader(new FilteredClassLoader("org.springframework.security"))
			.withPropertyValues("kv.events.store=memory", "kv.events.headers.principal=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContainingAll("kv.events.headers.principal", "'true'", "spring-boot-starter-security",
						"KvHeaderSource"));
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("kv.events.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(KvOperations.class)
				.doesNotHaveBean(KvStore.class)
				.doesNotHaveBean(HookEngine.class)
				.doesNotHaveBean(KvHookBeanPostProcessor.class)
				.doesNotHaveBean(ExpiryNotificationBridge.class));
	}

	@Test
	void withoutJacksonStringsAndBytesAreKept() {
		this.alone.withClassLoader(new FilteredClassLoader("tools.jackson", "com.fasterxml.jackson")).run((context) -> {
			KvOperations operations = context.getBean(KvOperations.class);
			operations.set("a", "ü");
			assertThat(operations.get("a", byte[].class))
				.hasValueSatisfying((bytes) -> assertThat(bytes).containsExactly(0xc3, 0xbc));
		});
	}

	@Test
	void jsonIsWrittenByTheMapperOfTheApplication() {
		this.runner.withPropertyValues("kv.events.store=memory", "spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> {
				KvOperations operations = context.getBean(KvOperations.class);
				operations.set("a", new Order("x"));
				assertThat(operations.get("a", String.class)).contains("{\"order_name\":\"x\"}");
			});
	}

	@Test
	void everyBeanStepsBack() {
		KvStore store = new MemoryKvStore();
		KvOperations operations = mock(KvOperations.class);
		KvCodec codec = mock(KvCodec.class);
		KvHookRegistry registry = mock(KvHookRegistry.class);
		HookEngine engine = HookEngine.builder().codec(codec).build();
		this.runner.withBean("myStore", KvStore.class, () -> store)
			.withBean("myOperations", KvOperations.class, () -> operations)
			.withBean("myCodec", KvCodec.class, () -> codec)
			.withBean("myRegistry", KvHookRegistry.class, () -> registry)
			.withBean("myEngine", HookEngine.class, () -> engine)
			.run((context) -> {
				assertThat(context).getBean(KvStore.class).isSameAs(store);
				assertThat(context).getBean(KvOperations.class).isSameAs(operations);
				assertThat(context).getBean(KvCodec.class).isSameAs(codec);
				assertThat(context).getBean(KvHookRegistry.class).isSameAs(registry);
				assertThat(context).getBean(HookEngine.class).isSameAs(engine);
				assertThat(context).doesNotHaveBean(KvTemplate.class).doesNotHaveBean(ExpiryNotificationBridge.class);
			});
	}

	@Test
	void errorsGoToTheHandlerOfTheApplication() {
		KvHookErrorHandler errorHandler = mock(KvHookErrorHandler.class);
		this.alone.withBean(KvHookErrorHandler.class, () -> errorHandler).run((context) -> {
			context.getBean(KvHookRegistry.class).register(KvHookOptions.defaults().id("failing"), (event) -> {
				throw new IllegalStateException("on purpose");
			});
			context.getBean(KvOperations.class).set("a", "1");
			then(errorHandler).should().onError(argThat((error) -> error.hookId().equals("failing")));
		});
	}

	@Test
	void eventsNameTheConfiguredInstance() {
		this.alone.withPropertyValues("kv.events.instance-id=blue-7").run((context) -> {
			StringBuilder origins = new StringBuilder();
			context.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults(), (event) -> origins.append(event.getOrigin()));
			context.getBean(KvOperations.class).set("a", "1");
			assertThat(origins).hasToString("blue-7");
		});
	}

	@Test
	void keysAndValuesAboveTheConfiguredLimitsAreRefused() {
		this.alone.withPropertyValues("kv.events.limits.max-key-length=12", "kv.events.limits.max-value-size=1KB")
			.run((context) -> {
				KvOperations operations = context.getBean(KvOperations.class);
				operations.set("123456789012", "x".repeat(1024));
				assertThatIllegalArgumentException().isThrownBy(() -> operations.hasKey("1234567890123"))
					.withMessageContaining("at most 12 bytes ('kv.events.limits.max-key-length') but has 13");
				assertThatIllegalArgumentException().isThrownBy(() -> operations.set("k", "x".repeat(1025)))
					.withMessageContaining("at most 1024 bytes ('kv.events.limits.max-value-size') but has 1025");
				assertThat(operations.keys("")).containsExactly("123456789012");
			});
	}

	@Test
	void keysInMemoryExpireAsEvents() {
		this.alone.run((context) -> {
			BlockingQueue<KvEvent> expired = new LinkedBlockingQueue<>();
			context.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults().events(KvEventType.EXPIRED), expired::add);
			context.getBean(KvOperations.class).set("basket:1", "full", Duration.ofMillis(10));
			KvEvent event = expired.poll(20, TimeUnit.SECONDS);
			assertThat(event).isNotNull();
			assertThat(event.getPreviousValue(String.class)).isEqualTo("full");
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void hooksRunOnVirtualThreadsWhereTheApplicationWantsThem() {
		this.alone.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
			context.getBean(KvHookRegistry.class)
				.register(KvHookOptions.defaults().async(), (event) -> threads.add(Thread.currentThread()));
			context.getBean(KvOperations.class).set("a", "1");
			Thread thread = threads.poll(20, TimeUnit.SECONDS);
			assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
		});
	}

	@Test
	void addsNoSecondCandidateForInjectionByType() {
		this.runner.withUserConfiguration(InjectsByType.class).run((context) -> {
			assertThat(context).hasNotFailed().hasBean("applicationTaskExecutor").hasSingleBean(Executor.class);
			Object executor = context.getBean("applicationTaskExecutor");
			assertThat(context.getBean("injected")).isEqualTo(List.of(executor, executor));
			assertThat(context.getBean(RedisMessageListenerContainer.class).isRunning()).isFalse();
		});
	}

	@Test
	void ofSeveralConnectionFactoriesThePrimaryOneIsUsed() {
		RedisConnectionFactory primary = mock(RedisConnectionFactory.class);
		given(primary.getConnection()).willThrow(new IllegalStateException("primary"));
		this.runner.withBean("other", RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class))
			.withBean("main", RedisConnectionFactory.class, () -> primary, (definition) -> definition.setPrimary(true))
			.run((context) -> assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(KvOperations.class).hasKey("a"))
				.withMessage("primary"));
	}

	record Order(String orderName) {
	}

	@Configuration(proxyBeanMethods = false)
	static class InjectsByType {

		@Bean
		RedisMessageListenerContainer redisMessageListenerContainer(RedisConnectionFactory connectionFactory) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(connectionFactory);
			container.setAutoStartup(false);
			return container;
		}

		@Bean
		List<Object> injected(JsonMapper mapper, Executor executor, TaskExecutor taskExecutor,
				RedisMessageListenerContainer container, KvOperations operations) {
			return List.of(executor, taskExecutor);
		}

	}

}
