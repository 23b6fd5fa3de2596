package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which part is missing and how to provide it.
 */
class MissingPartFailureAnalyzer extends AbstractFailureAnalyzer<MissingPartException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingPartException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
	}

}
