package io.github.kvevents.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.actuate.KvHooksEndpoint;
import io.github.kvevents.actuate.KvHooksEndpointWebExtension;
import io.github.kvevents.hook.KvHookRegistry;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link KvHooksEndpoint}.
 */
@AutoConfiguration(after = KvEventsAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(KvHookRegistry.class)
@ConditionalOnAvailableEndpoint(KvHooksEndpoint.class)
public final class KvHooksEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KvHooksEndpoint kvHooksEndpoint(KvHookRegistry registry) {
		return new KvHooksEndpoint(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(KvHooksEndpoint.class)
	KvHooksEndpointWebExtension kvHooksEndpointWebExtension(KvHooksEndpoint endpoint) {
		return new KvHooksEndpointWebExtension(endpoint);
	}

}
