package io.github.kvevents;

/**
 * A guard refused an operation: nothing was written, for a batch nothing at all. What the
 * guard threw is the cause.
 */
public class KvVetoException extends KvException {

	private static final long serialVersionUID = 1L;

	private final String key;

	/**
	 * Creates an exception.
	 * @param key the key that was not written
	 * @param message names the guard and the key
	 * @param cause what the guard threw
	 */
	public KvVetoException(String key, String message, Throwable cause) {
		super(message, cause);
		this.key = key;
	}

	/**
	 * The key that was not written.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

}
