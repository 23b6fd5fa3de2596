package io.github.kvevents;

import java.lang.reflect.Type;

/**
 * A value could not be encoded or decoded. The message names the key and the type, never
 * the value.
 */
public class KvCodecException extends KvException {

	private static final long serialVersionUID = 1L;

	private final String key;

	/**
	 * Creates an exception.
	 * @param key the key whose value it was
	 * @param message what went wrong; names key and type
	 * @param cause what the codec threw
	 */
	public KvCodecException(String key, String message, Throwable cause) {
		super(message, cause);
		this.key = key;
	}

	/**
	 * A value that can't be encoded.
	 * @param key the key it was meant for
	 * @param type the value's type
	 * @param cause what the codec threw
	 * @return the exception to throw
	 */
	public static KvCodecException encoding(String key, Type type, Throwable cause) {
		return new KvCodecException(key, "The value for key '" + KeyText.printable(key) + "' of type '"
				+ type.getTypeName() + "' can't be encoded", cause);
	}

	/**
	 * A value that can't be decoded.
	 * @param key the key that holds it
	 * @param type the type that was asked for
	 * @param cause what the codec threw
	 * @return the exception to throw
	 */
	public static KvCodecException decoding(String key, Type type, Throwable cause) {
		return new KvCodecException(key,
				"The value of key '" + KeyText.printable(key) + "' can't be decoded to '" + type.getTypeName() + "'",
				cause);
	}

	/**
	 * The key whose value could not be encoded or decoded.
	 * @return the key
	 */
	public String getKey() {
		return this.key;
	}

}
