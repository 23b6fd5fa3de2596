package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.ChangeLogRetention;
import io.github.kvevents.log.change.RetentionGuard;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;

/**
 * What reads the change log and keeps it short, whichever store it is in.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("kv.events.log.enabled")
class ChangeLogConfiguration {

	/**
	 * Stops start-up where nothing would ever be logged.
	 */
	@Bean
	@ConditionalOnMissingBean(ChangeLogStore.class)
	ChangeLogStore kvChangeLogStore(KvStore store) {
		throw new MissingChangeLogException(store.getClass());
	}

	@Bean
	@ConditionalOnMissingBean(ChangeFeed.class)
	StoreChangeFeed kvChangeFeed(ChangeLogStore store) {
		return new StoreChangeFeed(store);
	}

	@Bean
	@ConditionalOnMissingBean(KvChangeLog.class)
	StoreKvChangeLog kvChangeLog(ChangeLogStore store, ChangeFeed feed, ObjectProvider<KvCodec> codec) {
		return new StoreKvChangeLog(store, feed, LazyCodec.of(codec));
	}

	@Bean
	@ConditionalOnMissingBean
	LogGapPublisher kvLogGapPublisher(ApplicationEventPublisher context) {
		return new LogGapPublisher(context);
	}

	@Bean
	@ConditionalOnMissingBean
	ChangeLogRetention kvChangeLogRetention(ChangeLogStore store, ObjectProvider<RetentionGuard> guards) {
		return new ChangeLogRetention(store, guards::stream);
	}

}
