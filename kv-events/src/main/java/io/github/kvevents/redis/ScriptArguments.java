package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;

/**
 * How scripts get what isn't bytes of the caller.
 */
final class ScriptArguments {

	/** Nothing; false. */
	static final byte[] NONE = {};

	private static final byte[] YES = { '1' };

	private static final byte[] DELIVERS = { '2' };

	private ScriptArguments() {
	}

	static byte[] flag(boolean set) {
		return set ? YES : NONE;
	}

	/**
	 * Whether a hook waits for expiries, and whether this instance delivers what ended
	 * before its own writes.
	 */
	static byte[] heard(boolean heard, boolean delivers) {
		return delivers ? DELIVERS : flag(heard);
	}

	static byte[] number(long number) {
		return String.valueOf(number).getBytes(StandardCharsets.US_ASCII);
	}

}
