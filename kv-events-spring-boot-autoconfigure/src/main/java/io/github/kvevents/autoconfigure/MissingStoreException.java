package io.github.kvevents.autoconfigure;

/**
 * There is no back end: the configuration asks for Redis and the application has no
 * connection factory for it.
 */
class MissingStoreException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	MissingStoreException(String message) {
		super(message);
	}

}
