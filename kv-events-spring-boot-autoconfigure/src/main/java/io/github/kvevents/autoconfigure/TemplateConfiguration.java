package io.github.kvevents.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.KvTemplateBuilder;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.store.KvStore;

/**
 * The template that applications use.
 */
@Configuration(proxyBeanMethods = false)
class TemplateConfiguration {

	@Bean
	@ConditionalOnMissingBean(KvOperations.class)
	KvTemplate kvTemplate(KvStore store, KvCodec codec, HookEngine engine, KvEventsProperties properties,
			ObjectProvider<ObservationRegistry> observationRegistry) {
		KvTemplateBuilder builder = KvTemplate.builder(store, codec)
			.dispatcher(engine.getDispatcher())
			.guards(engine.getGuards())
			.origin(properties.instanceId());
		observationRegistry.ifAvailable(builder::observationRegistry);
		return builder.build();
	}

}
