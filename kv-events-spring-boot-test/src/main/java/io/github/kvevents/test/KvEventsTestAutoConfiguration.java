package io.github.kvevents.test;

import java.time.Clock;
import java.util.stream.Stream;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.HookEngineBuilderCustomizer;
import io.github.kvevents.autoconfigure.KvEventsAutoConfiguration;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.memory.MemoryEventLogStore;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.DrivenTime;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for tests of kv-events.
 */
@AutoConfiguration(before = KvEventsAutoConfiguration.class)
@Conditional(KvEventsTestAutoConfiguration.OnEnabled.class)
public final class KvEventsTestAutoConfiguration {

	@Bean
	@Fallback
	KvTestClock kvTestClock(Environment environment, ObjectProvider<BackgroundWork> works) {
		String store = environment.getProperty("kv.events.store", "redis");
		return "memory".equalsIgnoreCase(store.trim()) ? KvTestClock.driving(() -> works.stream())
				: KvTestClock.refusing(store);
	}

	@Bean
	EventRecorder kvEventRecorder(ObjectProvider<HookEngine> engine, ObjectProvider<KvCodec> codec) {
		return new EventRecorder(engine, codec);
	}

	@Bean
	RecordedKvEvents recordedKvEvents(EventRecorder recorder) {
		return new RecordedKvEvents(recorder);
	}

	@Bean
	TestIsolation kvTestIsolation(KvTestClock clock, RecordedKvEvents events, ObjectProvider<KvHookRegistry> hooks,
			ObjectProvider<KvListenerRegistry> listeners, ObjectProvider<MemoryKvStore> store,
			ObjectProvider<MemoryEventLogStore> eventLogs, ObjectProvider<ChangeLogStore> log) {
		return new TestIsolation(clock, events, hooks, listeners, () -> Stream
			.concat(store.stream().map((keys) -> keys.save()), eventLogs.stream().map((logs) -> logs.save())), log);
	}

	/**
	 * Drives the time of keys in memory.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "kv.events.store", havingValue = "memory")
	static class InMemory {

		/**
		 * The application is to have the time of its keys: its own clock comes behind
		 * this one, unless it is declared as the primary one.
		 */
		@Bean
		static BeanFactoryPostProcessor kvTestClockPrecedence() {
			return (beanFactory) -> {
				boolean primary = Stream.of(beanFactory.getBeanNamesForType(Clock.class, true, false))
					.filter(beanFactory::containsBeanDefinition)
					.anyMatch((name) -> beanFactory.getBeanDefinition(name).isPrimary());
				BeanDefinition clock = beanFactory.getBeanDefinition("kvTestClock");
				clock.setPrimary(!primary);
				clock.setFallback(primary);
			};
		}

		@Bean
		DrivenTime kvDrivenTime(KvTestClock clock) {
			return new DrivenTime(clock);
		}

		@Bean
		HookEngineBuilderCustomizer kvTestClockCustomizer(KvTestClock clock) {
			return (builder) -> builder.clock(clock);
		}

	}

	/**
	 * Whether kv-events is on as binding understands it, which takes {@code on} for
	 * {@code true}, too.
	 */
	static final class OnEnabled implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return Binder.get(context.getEnvironment()).bind("kv.events.enabled", Boolean.class).orElse(true);
		}

	}

}
