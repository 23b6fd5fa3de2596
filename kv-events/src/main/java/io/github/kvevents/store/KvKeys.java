package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;

/**
 * Validates keys, for all back ends: any characters that can be encoded in UTF-8 and
 * decoded unchanged.
 */
public final class KvKeys {

	/** How the names of the keys of this library in Redis begin. */
	public static final String RESERVED = "kv-events:{";

	private KvKeys() {
	}

	/**
	 * Checks a key.
	 * @param key the key
	 * @return the key
	 * @throws IllegalArgumentException if it is null or empty, has a surrogate without
	 * its other half, which UTF-8 can't express, or begins as the keys of this library do
	 */
	public static String requireValid(@Nullable String key) {
		Assert.notNull(key, "'key' must not be null");
		Assert.isTrue(!key.isEmpty(), "'key' must not be empty");
		Assert.isTrue(!key.startsWith(RESERVED), () -> "'key' must not begin with '" + RESERVED
				+ "', which is reserved for what kv-events keeps, but was '" + KeyText.printable(key) + "'");
		return requireUtf8("key", key);
	}

	/**
	 * Checks a prefix of keys.
	 * @param prefix the prefix, which may be empty
	 * @return the prefix
	 * @throws IllegalArgumentException if it is null, or has a surrogate without its
	 * other half
	 */
	public static String requireValidPrefix(@Nullable String prefix) {
		Assert.notNull(prefix, "'prefix' must not be null");
		return requireUtf8("prefix", prefix);
	}

	/**
	 * Checks that a text can be encoded in UTF-8 and decoded unchanged.
	 * @param argument the name of the argument, for the message
	 * @param text the text
	 * @return the text
	 * @throws IllegalArgumentException if it has a surrogate without its other half
	 */
	public static String requireUtf8(String argument, String text) {
		int index = 0;
		while (index < text.length()) {
			int codePoint = text.codePointAt(index);
			if (Character.isBmpCodePoint(codePoint) && Character.isSurrogate((char) codePoint)) {
				throw new IllegalArgumentException(
						"'%s' must be text that UTF-8 can express, but has a lone surrogate U+%04X at index %d: '%s'"
							.formatted(argument, codePoint, index, KeyText.printable(text)));
			}
			index += Character.charCount(codePoint);
		}
		return text;
	}

	/**
	 * The length of a text in UTF-8.
	 * @param text valid text
	 * @return the bytes
	 */
	public static long utf8Length(String text) {
		long length = 0;
		for (int index = 0; index < text.length(); index++) {
			char character = text.charAt(index);
			// each half of a pair counts for two of its four bytes
			length += (character < 0x80) ? 1 : (character < 0x800 || Character.isSurrogate(character)) ? 2 : 3;
		}
		return length;
	}

}
