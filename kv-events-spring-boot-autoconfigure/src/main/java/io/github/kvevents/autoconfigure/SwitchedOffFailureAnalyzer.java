package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.github.kvevents.KvEvent;

/**
 * Says that kv-events is switched off where a bean of it is injected. Comes before Boot's
 * analyzer of missing beans, which would propose to declare one.
 */
@Order(-1)
class SwitchedOffFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String PROPERTY = "kv.events.enabled";

	private final Environment environment;

	SwitchedOffFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		if (type == null || !type.getPackageName().startsWith(KvEvent.class.getPackageName())
				|| cause.getNumberOfBeansFound() > 0 || isSwitchedOn()) {
			return null;
		}
		return new FailureAnalysis(
				((description != null) ? description : "The application")
						+ " needs a bean of type %s, and kv-events is switched off: '%s' is '%s'."
							.formatted(type.getSimpleName(), PROPERTY, this.environment.getProperty(PROPERTY)),
				"Remove '%s=%s', or inject an ObjectProvider<%s> and do without it where there is none."
					.formatted(PROPERTY, this.environment.getProperty(PROPERTY), type.getSimpleName()),
				cause);
	}

	/**
	 * As the condition on the auto-configuration decides.
	 */
	private boolean isSwitchedOn() {
		return "true".equalsIgnoreCase(this.environment.getProperty(PROPERTY, "true"));
	}

}
