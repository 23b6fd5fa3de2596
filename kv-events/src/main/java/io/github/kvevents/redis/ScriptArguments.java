package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.store.WriteHeaders;

/**
 * Encodes flags and numbers as script arguments.
 */
final class ScriptArguments {

	/** An absent value, or false. */
	static final byte[] NONE = {};

	private static final byte[] YES = { '1' };

	private static final byte[] DELIVERS = { '2' };

	private ScriptArguments() {
	}

	static byte[] flag(boolean set) {
		return set ? YES : NONE;
	}

	/**
	 * Whether to update the index, with the headers for the expiry.
	 */
	static byte[] indexed(boolean indexed, KvHeaders headers) {
		return (indexed && !headers.isEmpty()) ? ("1" + headers.encoded()).getBytes(StandardCharsets.US_ASCII)
				: flag(indexed);
	}

	/**
	 * Adds the headers of the operation, if there are any, for the expiry of the key.
	 */
	static void addHeaders(List<byte[]> arguments) {
		KvHeaders headers = WriteHeaders.current();
		if (!headers.isEmpty()) {
			arguments.add(headers.encoded().getBytes(StandardCharsets.US_ASCII));
		}
	}

	/**
	 * Whether hooks receive expiries, and whether this instance delivers expiries that
	 * its own writes detect.
	 */
	static byte[] heard(boolean heard, boolean delivers) {
		return delivers ? DELIVERS : flag(heard);
	}

	/**
	 * As {@link #heard}, for a write that keeps its value for the expiry or, with an
	 * {@code n} behind it, doesn't.
	 */
	static byte[] receivers(boolean heard, boolean delivers, boolean keepsValue) {
		byte[] receivers = heard(heard, delivers);
		if (keepsValue) {
			return receivers;
		}
		byte[] marked = Arrays.copyOf(receivers, receivers.length + 1);
		marked[receivers.length] = 'n';
		return marked;
	}

	static byte[] number(long number) {
		return String.valueOf(number).getBytes(StandardCharsets.US_ASCII);
	}

}
