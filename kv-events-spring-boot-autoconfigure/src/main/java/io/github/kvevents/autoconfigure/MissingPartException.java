package io.github.kvevents.autoconfigure;

/**
 * A part that the configuration asks for is missing: a back end, or its change log.
 */
class MissingPartException extends RuntimeException {

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
