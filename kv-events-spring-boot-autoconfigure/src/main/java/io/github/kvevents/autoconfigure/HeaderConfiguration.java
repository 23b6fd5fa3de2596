package io.github.kvevents.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.github.kvevents.actuate.KvHeaderMeter;
import io.github.kvevents.core.HeaderSettings;
import io.github.kvevents.core.KvHeaderSource;

/**
 * What changes carry besides their values.
 */
@Configuration(proxyBeanMethods = false)
class HeaderConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HeaderSettings kvHeaderSettings(KvEventsProperties properties, ObjectProvider<KvHeaderSource> sources,
			ObjectProvider<DropCounter> counter) {
		Set<String> baggage = new LinkedHashSet<>(properties.headers().baggage());
		return new HeaderSettings(properties.headers().trace(), baggage, sources.orderedStream().toList(),
				(name) -> counter.ifAvailable((drops) -> drops.dropped(name)));
	}

	/**
	 * Counts headers that were dropped.
	 */
	@FunctionalInterface
	interface DropCounter {

		/**
		 * Called for each header that didn't fit.
		 * @param name its name
		 */
		void dropped(String name);

	}

	/**
	 * With Micrometer.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = { "io.micrometer.core.instrument.MeterRegistry",
			"io.micrometer.core.instrument.binder.MeterBinder" })
	static class MeterConfiguration {

		@Bean
		@ConditionalOnMissingBean
		KvHeaderMeter kvHeaderMeter() {
			return new KvHeaderMeter();
		}

		@Bean
		@ConditionalOnMissingBean
		DropCounter kvHeaderDropCounter(KvHeaderMeter meter) {
			return meter::dropped;
		}

	}

	/**
	 * With Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(SecurityContextHolder.class)
	@ConditionalOnSwitch("kv.events.headers.principal")
	static class PrincipalConfiguration {

		@Bean
		@ConditionalOnMissingBean
		PrincipalHeaderSource kvPrincipalHeaderSource(ObjectProvider<SecurityContextHolderStrategy> strategy) {
			return new PrincipalHeaderSource(strategy.getIfAvailable(SecurityContextHolder::getContextHolderStrategy));
		}

	}

	/**
	 * Without Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("org.springframework.security.core.context.SecurityContextHolder")
	@ConditionalOnSwitch("kv.events.headers.principal")
	static class NoPrincipalConfiguration {

		NoPrincipalConfiguration() {
			throw new InvalidConfigurationPropertyValueException("kv.events.headers.principal", true,
					"Spring Security, which knows the principal, is not on the class path: add "
							+ "'spring-boot-starter-security', or leave this property out and declare a KvHeaderSource "
							+ "bean that adds a header of your own.");
		}

	}

	/**
	 * Adds the name of the principal on whose behalf the caller works.
	 */
	static class PrincipalHeaderSource implements KvHeaderSource {

		/** The name of the header. */
		static final String PRINCIPAL = "principal";

		private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

		private final SecurityContextHolderStrategy strategy;

		/**
		 * Creates a source.
		 * @param strategy has the security context of the current thread
		 */
		PrincipalHeaderSource(SecurityContextHolderStrategy strategy) {
			this.strategy = strategy;
		}

		@Override
		public void addHeaders(BiConsumer<String, String> headers) {
			Authentication authentication = this.strategy.getContext().getAuthentication();
			if (authentication != null && this.trust.isAuthenticated(authentication)) {
				headers.accept(PRINCIPAL, authentication.getName());
			}
		}

	}

}
