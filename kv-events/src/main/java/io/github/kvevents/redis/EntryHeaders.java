package io.github.kvevents.redis;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;

/**
 * Creates the header for each change of this instance, with a unique operation id: a
 * random part for each start, then a counter.
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
		// of fixed length: otherwise two ids could be equal
		this.start = "0".repeat(10 - start.length()) + start;
	}

	byte[] next(KvEventType type, @Nullable KvBatch batch) {
		String number = Long.toString(this.counter.incrementAndGet(), Character.MAX_RADIX);
		return EntryHeader.encode(type, this.start + number, batch, this.origin);
	}

}
