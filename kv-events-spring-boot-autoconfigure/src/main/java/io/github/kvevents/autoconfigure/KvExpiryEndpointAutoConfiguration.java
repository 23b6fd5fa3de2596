package io.github.kvevents.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvExpiryEndpoint;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.LatenessRecorder;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link KvExpiryEndpoint}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(LatenessRecorder.class)
@ConditionalOnAvailableEndpoint(KvExpiryEndpoint.class)
public final class KvExpiryEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvExpiryEndpoint kvExpiryEndpoint(ObjectProvider<ExpiryMonitor> monitor, LatenessRecorder lateness,
			ObjectProvider<ExpiryNotificationBridge> notifications) {
		return endpoint(monitor, lateness, notifications);
	}

	static KvExpiryEndpoint endpoint(ObjectProvider<ExpiryMonitor> monitor, LatenessRecorder lateness,
			ObjectProvider<ExpiryNotificationBridge> notifications) {
		ExpiryNotificationBridge bridge = notifications.getIfAvailable();
		return new KvExpiryEndpoint(monitor.getIfUnique(), lateness, (bridge != null) ? bridge::getStatus : null);
	}

}
