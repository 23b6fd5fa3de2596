package io.github.kvevents.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvCodec;
import io.github.kvevents.annotation.KvListenerBeanPostProcessor;
import io.github.kvevents.autoconfigure.ChangeLogConfiguration.LogGapPublisher;
import io.github.kvevents.autoconfigure.CodecConfiguration.LazyCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerEngineBuilder;
import io.github.kvevents.listener.ListenerStore;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.redis.RedisLink;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.support.DrivenTime;

/**
 * Durable listeners. Annotated methods are detected without a change log too, so that
 * start-up can fail with what they need.
 */
@Configuration(proxyBeanMethods = false)
class ListenerConfiguration {

	/**
	 * Each context has its own, as for hooks.
	 */
	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static KvListenerBeanPostProcessor kvListenerBeanPostProcessor(ObjectProvider<KvListenerRegistry> registry,
			ObjectProvider<HookEngine> engine) {
		return new KvListenerBeanPostProcessor(registry, engine);
	}

	/**
	 * Evaluated after the nested configurations.
	 */
	@Bean
	@ConditionalOnSwitch("kv.events.log.enabled")
	@ConditionalOnBean(ListenerStore.class)
	@ConditionalOnMissingBean(KvListenerRegistry.class)
	ListenerEngine kvListenerEngine(ChangeLogStore log, ChangeFeed feed, ListenerStore store,
			ObjectProvider<KvCodec> codec, KvEventsProperties properties, LogGapPublisher gaps,
			ObjectProvider<DrivenTime> driven, ObjectProvider<ObservationRegistry> observationRegistry) {
		ListenerEngineBuilder builder = ListenerEngine.builder(log, feed, store, LazyCodec.of(codec))
			.instanceId(properties.instanceId())
			.settings(properties.listener().toSettings(properties.hooks().shutdownTimeout()))
			.gapPublisher(gaps::publish);
		driven.ifAvailable(builder::drivenTime);
		observationRegistry.ifAvailable(builder::observationRegistry);
		return builder.build();
	}

	/**
	 * Checkpoints in Redis.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnSwitch("kv.events.log.enabled")
	@ConditionalOnStore(StoreType.REDIS)
	static class InRedis {

		@Bean
		@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
		@ConditionalOnMissingBean
		ListenerStore kvListenerStore(RedisLink link, ChangeLogStore log, ObjectProvider<NamespaceCheck> check) {
			return new RedisListenerStore(link.connectionFactory(), log.getSettings().namespace(),
					check.getIfAvailable());
		}

	}

	/**
	 * Checkpoints in this process.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnSwitch("kv.events.log.enabled")
	@ConditionalOnStore(StoreType.MEMORY)
	static class InMemory {

		@Bean
		@ConditionalOnMissingBean
		ListenerStore kvListenerStore() {
			return new MemoryListenerStore(System::currentTimeMillis);
		}

	}

}
