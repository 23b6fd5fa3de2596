package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Analyzes a missing part: which one, and how to provide it.
 */
class MissingPartFailureAnalyzer extends AbstractFailureAnalyzer<MissingPartFailureAnalyzer.MissingPartException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingPartException cause) {
		return new FailureAnalysis(cause.getMessage(), cause.getAction(), cause);
	}

	/**
	 * A part that the configuration asks for is missing: a back end, or its change log.
	 */
	static class MissingPartException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String action;

		/**
		 * Creates an exception.
		 * @param message what is missing
		 * @param action what the reader can do about it
		 */
		MissingPartException(String message, String action) {
			super(message);
			this.action = action;
		}

		String getAction() {
			return this.action;
		}

	}

}
