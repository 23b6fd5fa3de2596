package io.github.kvevents.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvListenersEndpoint;
import io.github.kvevents.actuate.KvListenersEndpointWebExtension;
import io.github.kvevents.listener.KvListenerRegistry;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link KvListenersEndpoint}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(KvListenerRegistry.class)
@ConditionalOnAvailableEndpoint(KvListenersEndpoint.class)
@EnableConfigurationProperties(KvListenersEndpointProperties.class)
public final class KvListenersEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvListenersEndpoint kvListenersEndpoint(KvListenerRegistry registry, KvListenersEndpointProperties properties) {
		return new KvListenersEndpoint(registry, properties.showKeys());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(KvListenersEndpoint.class)
	KvListenersEndpointWebExtension kvListenersEndpointWebExtension(KvListenersEndpoint endpoint,
			KvListenersEndpointProperties properties) {
		return new KvListenersEndpointWebExtension(endpoint, properties.showKeys(), properties.roles());
	}

}
