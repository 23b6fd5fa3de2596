package io.github.kvevents.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.task.VirtualThreadTaskExecutor;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;
import io.github.kvevents.annotation.KvHookBeanPostProcessor;
import io.github.kvevents.autoconfigure.ChangeLogConfiguration.LogGapPublisher;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookEngineBuilder;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.SpringListeners;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.support.DaemonThreads;

/**
 * Hooks and guards.
 */
@Configuration(proxyBeanMethods = false)
class HookConfiguration {

	/**
	 * Each context has its own, since it processes the beans of one: those of a child are
	 * registered in the engine of the parent.
	 */
	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static KvHookBeanPostProcessor kvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		return new KvHookBeanPostProcessor(engine);
	}

	@Bean
	static LazyInitializationExcludeFilter kvHookLazyInitializationExcludeFilter(BeanFactory beanFactory) {
		return new HookLazyInitializationExcludeFilter(beanFactory);
	}

	@Bean
	@ConditionalOnMissingBean
	HookEngine kvHookEngine(KvEventsProperties properties, ObjectProvider<KvCodec> codec,
			AbstractApplicationContext context, ObjectProvider<KvHookErrorHandler> errorHandler,
			ObjectProvider<ObservationRegistry> observationRegistry,
			ObjectProvider<HookEngineBuilderCustomizer> customizers) {
		HookEngineBuilder builder = HookEngine.builder()
			.settings(properties.hooks().toSettings())
			.publisher(context)
			.springListeners(new SpringListeners(context))
			.codec(LazyCodec.of(codec))
			.lazyErrorHandler(errorHandler::getIfAvailable)
			.changeLog(properties.log().enabled());
		observationRegistry.ifAvailable(builder::observationRegistry);
		if (Threading.VIRTUAL.isActive(context.getEnvironment())) {
			builder.threadFactory(
					DaemonThreads.detached(new VirtualThreadTaskExecutor("kv-hook-").getVirtualThreadFactory()));
		}
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	/**
	 * Beans that may use the template themselves are created after all others; a failure
	 * stops start-up.
	 */
	@Bean
	SmartInitializingSingleton kvLateBeans(ObjectProvider<KvCodec> codec,
			ObjectProvider<KvHookErrorHandler> errorHandler) {
		return () -> {
			codec.getObject();
			errorHandler.getIfAvailable();
		};
	}

	/**
	 * Only if a parent context has the engine.
	 */
	@Bean
	@ConditionalOnMissingBean(value = { HookEngine.class, ChildContextListeners.class },
			search = SearchStrategy.CURRENT)
	ChildContextListeners kvChildContextListeners(HookEngine engine, ObjectProvider<LogGapPublisher> gaps,
			AbstractApplicationContext context) {
		return new ChildContextListeners(engine, gaps, context);
	}

	@Bean
	@ConditionalOnMissingBean
	KeepAliveCheck kvKeepAliveCheck(HookEngine engine, ObjectProvider<KvListenerRegistry> listeners) {
		return new KeepAliveCheck(() -> engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)
				|| engine.getRegistry()
					.all()
					.stream()
					.anyMatch((hook) -> hook.getOptions().getScope() == KvHookScope.EVERY_INSTANCE)
				|| listeners.stream().anyMatch((registry) -> !registry.all().isEmpty()));
	}

	@Bean
	@ConditionalOnMissingBean
	KvHookRegistry kvHookRegistry(HookEngine engine) {
		return engine.getRegistry();
	}

}
