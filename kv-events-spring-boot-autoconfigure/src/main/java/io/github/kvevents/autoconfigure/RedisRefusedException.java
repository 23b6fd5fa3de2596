package io.github.kvevents.autoconfigure;

/**
 * Redis answers, and can't serve this application as it is configured.
 */
class RedisRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	RedisRefusedException(String message, Throwable cause) {
		super(message, cause);
	}

}
