package io.github.kvevents.autoconfigure;

import java.time.Clock;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.core.HeaderSettings;
import io.github.kvevents.core.KvOperations;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.KvTemplateBuilder;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.support.DrivenTime;
import io.github.kvevents.watch.KvWatches;

/**
 * The template that applications use, and its watches.
 */
@Configuration(proxyBeanMethods = false)
class TemplateConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvWatches kvWatches(KvStore store, ObjectProvider<KvCodec> codec, HookEngine engine, KvEventsProperties properties,
			ObjectProvider<ChangeLogStore> log, ObjectProvider<ChangeFeed> feed, ObjectProvider<DrivenTime> driven) {
		ChangeLogStore changeLog = log.getIfAvailable();
		Clock clock = StoreSettings.clock(driven);
		if (changeLog != null) {
			return new KvWatches(store, changeLog, feed.getObject(), LazyCodec.of(codec), properties.instanceId(),
					clock);
		}
		return new KvWatches(store, engine.getDispatcher(), LazyCodec.of(codec), properties.instanceId(), clock);
	}

	/**
	 * A child context is part of the report of its parent.
	 */
	@Bean
	@ConditionalOnMissingBean
	StartupReport kvStartupReport(ApplicationContext context, KvEventsProperties properties, HookEngine engine) {
		return new StartupReport(context, properties, engine);
	}

	@Bean
	@ConditionalOnMissingBean(KvOperations.class)
	KvTemplate kvTemplate(KvStore store, ObjectProvider<KvCodec> codec, HookEngine engine, KvWatches watches,
			KvEventsProperties properties, ObjectProvider<ObservationRegistry> observationRegistry,
			ObjectProvider<DrivenTime> driven, HeaderSettings headers) {
		KvTemplateBuilder builder = KvTemplate.builder(store, LazyCodec.of(codec))
			.dispatcher(engine.getDispatcher())
			.watches(watches)
			.guards(engine.getGuards())
			.origin(properties.instanceId())
			.clock(StoreSettings.clock(driven))
			.headers(headers)
			.maxKeyLength(properties.limits().maxKeyLength().toBytes())
			.maxValueSize(properties.limits().maxValueSize().toBytes());
		observationRegistry.ifAvailable(builder::observationRegistry);
		return builder.build();
	}

}
