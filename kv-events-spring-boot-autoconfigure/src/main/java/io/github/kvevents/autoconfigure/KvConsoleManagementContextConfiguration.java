package io.github.kvevents.autoconfigure;

import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

import io.github.kvevents.actuate.KvConsoleEndpoint;
import io.github.kvevents.actuate.KvConsoleFilter;
import io.github.kvevents.actuate.KvConsoleWebFilter;

/**
 * The filter that guards the console, in the server that has the actuator: that of the
 * application, or one with a port of its own.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnAvailableEndpoint(KvConsoleEndpoint.class)
@ConditionalOnSwitch(value = "kv.events.enabled", matchIfMissing = true)
class KvConsoleManagementContextConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass({ Filter.class, FilterRegistrationBean.class })
	static class Servlet {

		/**
		 * Behind the filters of Spring Security, whose order is below zero.
		 */
		@Bean
		FilterRegistrationBean<KvConsoleFilter> kvConsoleFilter(ObjectProvider<PathMappedEndpoints> endpoints) {
			FilterRegistrationBean<KvConsoleFilter> registration = new FilterRegistrationBean<>(
					new KvConsoleFilter(() -> KvConsoleEndpointAutoConfiguration.path(endpoints)));
			registration.setOrder(0);
			return registration;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnClass(WebFilter.class)
	static class Reactive {

		@Bean
		KvConsoleWebFilter kvConsoleWebFilter(ObjectProvider<PathMappedEndpoints> endpoints) {
			return new KvConsoleWebFilter(() -> KvConsoleEndpointAutoConfiguration.path(endpoints));
		}

	}

}
