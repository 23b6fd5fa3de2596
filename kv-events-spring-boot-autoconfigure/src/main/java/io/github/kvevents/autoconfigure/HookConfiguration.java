package io.github.kvevents.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.task.VirtualThreadTaskExecutor;

import io.github.kvevents.KvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.HookEngineBuilder;
import io.github.kvevents.hook.KvHookBeanPostProcessor;
import io.github.kvevents.hook.KvHookErrorHandler;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.SpringListeners;

/**
 * Hooks and guards.
 */
@Configuration(proxyBeanMethods = false)
class HookConfiguration {

	@Bean
	@ConditionalOnMissingBean
	static KvHookBeanPostProcessor kvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		return new KvHookBeanPostProcessor(engine);
	}

	@Bean
	static LazyInitializationExcludeFilter kvHookLazyInitializationExcludeFilter() {
		return new HookLazyInitializationExcludeFilter();
	}

	@Bean
	@ConditionalOnMissingBean
	HookEngine kvHookEngine(KvEventsProperties properties, KvCodec codec, AbstractApplicationContext context,
			ObjectProvider<KvHookErrorHandler> errorHandler, ObjectProvider<ObservationRegistry> observationRegistry,
			ObjectProvider<HookEngineBuilderCustomizer> customizers) {
		HookEngineBuilder builder = HookEngine.builder()
			.settings(properties.hooks().toSettings())
			.publisher(context)
			.springListeners(new SpringListeners(context))
			.codec(codec)
			.changeLog(properties.log().enabled());
		errorHandler.ifAvailable(builder::errorHandler);
		observationRegistry.ifAvailable(builder::observationRegistry);
		if (Threading.VIRTUAL.isActive(context.getEnvironment())) {
			builder.threadFactory(new VirtualThreadTaskExecutor("kv-hook-").getVirtualThreadFactory());
		}
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	@Bean
	@ConditionalOnMissingBean
	KvHookRegistry kvHookRegistry(HookEngine engine) {
		return engine.getRegistry();
	}

}
