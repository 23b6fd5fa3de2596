package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.github.kvevents.hook.KvHookDefinitionException;

/**
 * Analyzes the invalid declaration of a hook, guard or listener.
 */
class HookDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<KvHookDefinitionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, KvHookDefinitionException cause) {
		String description = String.format(
				"A hook, guard or listener can't work the way it is declared:%n%n"
						+ "    Bean: %s%n    Method: %s%n    Attribute: %s%n    Reason: %s.",
				cause.getBeanName(), cause.getMethod(), cause.getAttribute(), cause.getDescription());
		return new FailureAnalysis(description, cause.getAction() + ".", cause);
	}

}
