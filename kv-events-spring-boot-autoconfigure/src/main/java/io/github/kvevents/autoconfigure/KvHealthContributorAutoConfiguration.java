package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.KvStore;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link KvEventsHealthIndicator}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(KvStore.class)
@ConditionalOnEnabledHealthIndicator("kvEvents")
public final class KvHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "kvEventsHealthIndicator", "kvEventsHealthContributor" })
	KvEventsHealthIndicator kvEventsHealthContributor(KvStore store, ObjectProvider<ExpiryMonitor> expiry,
			ObjectProvider<ExpiryNotificationBridge> notifications, ObjectProvider<KvListenerRegistry> listeners) {
		ExpiryNotificationBridge bridge = notifications.getIfAvailable();
		return new KvEventsHealthIndicator(store, expiry.getIfUnique(), (bridge != null) ? bridge::getStatus : null,
				listeners.getIfUnique());
	}

}
