package io.github.kvevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;

import io.github.kvevents.log.KvChangeLog;

/**
 * Says that the change log has to be switched on where somebody asks for it. Comes before
 * Boot's analyzer of missing beans, which would propose to declare one.
 */
@Order(-1)
class ChangeLogOffFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		if (cause.getNumberOfBeansFound() > 0 || cause.getBeanType() != KvChangeLog.class) {
			return null;
		}
		return new FailureAnalysis(
				((description != null) ? description : "The application")
						+ " needs the change log, a bean of type KvChangeLog, and it is switched off.",
				"Set 'kv.events.log.enabled=true'.", cause);
	}

}
