package io.github.kvevents.plain;

import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;

import io.github.kvevents.KvCodec;
import io.github.kvevents.annotation.KvHookBeanPostProcessor;
import io.github.kvevents.annotation.KvListenerBeanPostProcessor;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.SpringListeners;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.ChangeLogRetention;
import io.github.kvevents.log.change.EveryInstanceReader;
import io.github.kvevents.log.change.RetentionGuard;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatches;

/**
 * What an application declares whichever back end it has.
 */
@Configuration(proxyBeanMethods = false)
class KvEventsConfiguration {

	@Bean
	static KvHookBeanPostProcessor kvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		return new KvHookBeanPostProcessor(engine);
	}

	@Bean
	static KvListenerBeanPostProcessor kvListenerBeanPostProcessor(ObjectProvider<KvListenerRegistry> listeners) {
		return new KvListenerBeanPostProcessor(listeners);
	}

	@Bean
	KvCodec kvCodec() {
		return new JsonKvCodec(JsonMapper.shared());
	}

	// the instance id must differ between instances that run at the same time
	@Bean
	ChangeLogSettings changeLogSettings() {
		return new ChangeLogSettings(new Namespace("shop", 1), UUID.randomUUID().toString(), 100_000,
				Duration.ofHours(24));
	}

	@Bean
	HookEngine hookEngine(KvCodec codec, AbstractApplicationContext context) {
		return HookEngine.builder()
			.codec(codec)
			.publisher(context)
			.springListeners(new SpringListeners(context))
			.changeLog(true)
			.build();
	}

	@Bean
	KvHookRegistry kvHookRegistry(HookEngine engine) {
		return engine.getRegistry();
	}

	@Bean
	StoreChangeFeed changeFeed(ChangeLogStore log) {
		return new StoreChangeFeed(log);
	}

	@Bean
	StoreKvChangeLog kvChangeLog(ChangeLogStore log, ChangeFeed feed, KvCodec codec) {
		return new StoreKvChangeLog(log, feed, codec);
	}

	// trims the change log; the engine of the listeners is a RetentionGuard
	@Bean
	ChangeLogRetention changeLogRetention(ChangeLogStore log, ObjectProvider<RetentionGuard> guards) {
		return new ChangeLogRetention(log, guards::stream);
	}

	// only for hooks with the scope EVERY_INSTANCE
	@Bean
	EveryInstanceReader everyInstanceReader(ChangeLogStore log, ChangeFeed feed, KvCodec codec, HookEngine engine,
			ApplicationEventPublisher publisher) {
		EveryInstanceReader reader = new EveryInstanceReader(log, feed, codec, engine::deliverToEveryInstance,
				publisher);
		engine.setEveryInstanceListener(reader::setNeeded);
		return reader;
	}

	@Bean
	KvWatches kvWatches(KvStore store, ChangeLogStore log, ChangeFeed feed, KvCodec codec, ChangeLogSettings settings) {
		return new KvWatches(store, log, feed, codec, settings.instanceId(), Clock.systemUTC());
	}

	@Bean
	KvTemplate kvTemplate(KvStore store, KvCodec codec, HookEngine engine, KvWatches watches,
			ChangeLogSettings settings) {
		return KvTemplate.builder(store, codec)
			.dispatcher(engine.getDispatcher())
			.guards(engine.getGuards())
			.watches(watches)
			.origin(settings.instanceId())
			.build();
	}

	@Bean
	ListenerEngine listenerEngine(ChangeLogStore log, ChangeFeed feed, ListenerStore store, KvCodec codec,
			ChangeLogSettings settings, ApplicationEventPublisher publisher) {
		return ListenerEngine.builder(log, feed, store, codec)
			.instanceId(settings.instanceId())
			.gapPublisher(publisher::publishEvent)
			.build();
	}

	@Bean
	StoreKvEventLogs kvEventLogs(EventLogStore store, KvCodec codec) {
		return new StoreKvEventLogs(store, codec);
	}

}
