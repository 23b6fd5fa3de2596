package io.github.kvevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/**
 * Analyzes why this application can't work with the Redis server. If the message has a
 * colon, the action follows it.
 */
class RedisRefusedFailureAnalyzer extends AbstractFailureAnalyzer<RedisRefusedFailureAnalyzer.RedisRefusedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RedisRefusedException cause) {
		String message = String.valueOf(cause.getMessage());
		int end = message.indexOf(": ");
		if (end < 0) {
			return new FailureAnalysis(message + ".",
					"Use a newer server, or have 'spring.data.redis' point to another one.", cause);
		}
		return new FailureAnalysis(message.substring(0, end) + ".",
				StringUtils.capitalize(message.substring(end + 2)) + ".", cause);
	}

	/**
	 * Redis answers, but can't be used with the configuration of this application.
	 */
	static class RedisRefusedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RedisRefusedException(String message, Throwable cause) {
			super(message, cause);
		}

	}

}
