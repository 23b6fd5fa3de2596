package io.github.kvevents.autoconfigure;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.github.kvevents.KvEvent;
import io.github.kvevents.autoconfigure.ConditionalOnSwitch.OnSwitchCondition;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.KvChangeLog;

/**
 * Analyzes the injection of a bean of kv-events, or of its change log, while that is
 * disabled. Runs before Boot's analyzer of missing beans, which would suggest to declare
 * one.
 */
@Order(-1)
class SwitchedOffFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String ENABLED = "kv.events.enabled";

	private static final String LOG_ENABLED = "kv.events.log.enabled";

	private static final Set<Class<?>> OF_THE_LOG = Set.of(KvChangeLog.class, KvListenerRegistry.class);

	private final Environment environment;

	SwitchedOffFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		if (type == null || !type.getPackageName().startsWith(KvEvent.class.getPackageName())
				|| cause.getNumberOfBeansFound() > 0) {
			return null;
		}
		String needs = ((description != null) ? description : "The application")
				+ " needs a bean of type %s, and ".formatted(type.getSimpleName());
		if (!OnSwitchCondition.isOn(this.environment, ENABLED, true)) {
			String value = this.environment.getProperty(ENABLED);
			return new FailureAnalysis(needs + "kv-events is switched off: '%s' is '%s'.".formatted(ENABLED, value),
					"Remove '%s=%s', or inject an ObjectProvider<%s> and do without it where there is none."
						.formatted(ENABLED, value, type.getSimpleName()),
					cause);
		}
		if (OF_THE_LOG.contains(type) && !OnSwitchCondition.isOn(this.environment, LOG_ENABLED, false)) {
			return new FailureAnalysis(needs + "the change log is switched off.", "Set '" + LOG_ENABLED + "=true'.",
					cause);
		}
		return null;
	}

}
