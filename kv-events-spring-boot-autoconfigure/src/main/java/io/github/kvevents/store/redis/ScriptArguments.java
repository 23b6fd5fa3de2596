package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;

/**
 * How scripts get what isn't bytes of the caller.
 */
final class ScriptArguments {

	/** Nothing; false. */
	static final byte[] NONE = {};

	private static final byte[] YES = { '1' };

	private ScriptArguments() {
	}

	static byte[] flag(boolean set) {
		return set ? YES : NONE;
	}

	static byte[] number(long number) {
		return String.valueOf(number).getBytes(StandardCharsets.US_ASCII);
	}

}
