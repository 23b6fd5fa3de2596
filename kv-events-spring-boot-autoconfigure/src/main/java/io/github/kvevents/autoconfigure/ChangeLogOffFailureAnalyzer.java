package io.github.kvevents.autoconfigure;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.log.KvChangeLog;

/**
 * Says that the change log has to be switched on where somebody asks for it. Comes before
 * Boot's analyzer of missing beans, which would propose to declare one.
 */
@Order(-1)
class ChangeLogOffFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String PROPERTY = "kv.events.log.enabled";

	private static final Set<Class<?>> TYPES = Set.of(KvChangeLog.class, KvListenerRegistry.class);

	private final Environment environment;

	ChangeLogOffFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		if (type == null || !TYPES.contains(type) || cause.getNumberOfBeansFound() > 0
				|| this.environment.getProperty(PROPERTY, Boolean.class, false)) {
			return null;
		}
		return new FailureAnalysis(((description != null) ? description : "The application")
				+ " needs a bean of type %s, and the change log is switched off.".formatted(type.getSimpleName()),
				"Set '" + PROPERTY + "=true'.", cause);
	}

}
