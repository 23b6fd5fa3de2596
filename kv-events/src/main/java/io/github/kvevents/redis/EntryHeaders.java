package io.github.kvevents.redis;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;

/**
 * Gives each change of this instance the header of its log entry, with an id of the
 * operation that no other has: at random for each start, then counted.
 */
final class EntryHeaders {

	/** 36 to the power of ten. */
	private static final long STARTS = 3_656_158_440_062_976L;

	private final String origin;

	private final String start;

	private final AtomicLong counter = new AtomicLong();

	EntryHeaders(String origin) {
		this.origin = origin;
		String start = Long.toString(new SecureRandom().nextLong(STARTS), Character.MAX_RADIX);
		// of one length, or the number behind it could make two alike
		this.start = "0".repeat(10 - start.length()) + start;
	}

	byte[] next(KvEventType type, @Nullable KvBatch batch) {
		String number = Long.toString(this.counter.incrementAndGet(), Character.MAX_RADIX);
		return EntryHeader.encode(type, this.start + number, batch, this.origin);
	}

}
