package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.EveryInstanceReader;
import io.github.kvevents.store.ChangeLogStore;

/**
 * Hooks that receive each change of the fleet, in every instance.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("kv.events.log.enabled")
class EveryInstanceConfiguration {

	@Bean
	@ConditionalOnMissingBean
	EveryInstanceReader kvEveryInstanceReader(ChangeLogStore store, ChangeFeed feed, ObjectProvider<KvCodec> codec,
			HookEngine engine, LogGapPublisher gaps) {
		EveryInstanceReader reader = new EveryInstanceReader(store, feed, LazyCodec.of(codec),
				engine::deliverToEveryInstance, (gap) -> gaps.publish((LogGapEvent) gap));
		engine.setEveryInstanceListener(reader::setNeeded);
		return reader;
	}

}
