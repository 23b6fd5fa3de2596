package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;

import io.github.kvevents.KvPosition;

/**
 * Converts positions to and from stream entry ids: {@code millis-sequence}.
 */
final class LogIds {

	private LogIds() {
	}

	/**
	 * The position of an entry. Called for each write, so no regular expression.
	 */
	static KvPosition position(int partition, byte[] id) {
		return position(partition, id, id.length);
	}

	/**
	 * The position of an entry whose id has the given number of bytes.
	 */
	static KvPosition position(int partition, byte[] id, int length) {
		long millis = 0;
		int index = 0;
		while (id[index] != '-') {
			millis = 10 * millis + id[index] - '0';
			index++;
		}
		long sequence = 0;
		for (index++; index < length; index++) {
			sequence = 10 * sequence + id[index] - '0';
		}
		return new KvPosition(partition, millis, sequence);
	}

	static KvPosition position(int partition, String id) {
		return position(partition, id.getBytes(StandardCharsets.US_ASCII));
	}

	static String text(KvPosition position) {
		return position.millis() + "-" + position.sequence();
	}

}
