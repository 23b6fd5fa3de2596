package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;

/**
 * The header of a log entry: the type of the change and the instance that made it, in a
 * compact form: type, operation, detail and rest, separated by colons.
 * <ul>
 * <li>The type is a letter.</li>
 * <li>The operation is the id of the operation, without a colon. It is empty for an
 * expiry, which can't happen twice.</li>
 * <li>The detail is the deadline of an expiry in epoch milliseconds; for a part of a
 * batch its index, the size of the batch and the number of bytes of the batch id,
 * separated by slashes; otherwise empty.</li>
 * <li>The rest is the id of the batch, if there is one, and the origin, which may hold
 * any characters; then, if the change has headers, a line feed and these.</li>
 * </ul>
 * For example {@code S:k3v9x0qw2a7::shop-1} and {@code B:k3v9x0qw2a8:0/3/4:a1b2shop-1}.
 * The scripts write the header of an expiry.
 *
 * @param type the type of the event
 * @param operationId the id of the operation, empty for an expiry
 * @param deadline the deadline in epoch milliseconds, {@code null} unless it expired
 * @param batch the batch, {@code null} for none
 * @param origin the id of the instance
 * @param headers what the change carries besides its values
 */
record EntryHeader(KvEventType type, String operationId, @Nullable Long deadline, @Nullable KvBatch batch,
		String origin, KvHeaders headers) {

	/** The types, each at the index of its letter. */
	private static final List<KvEventType> TYPES = List.of(KvEventType.SET, KvEventType.SET_RAW, KvEventType.DELETE,
			KvEventType.BATCH_SET, KvEventType.BATCH_DELETE, KvEventType.EXPIRED);

	private static final String LETTERS = "SRDBXE";

	private static final char HEADERS = '\n';

	/**
	 * Encodes the header of a change other than an expiry.
	 */
	static byte[] encode(KvEventType type, String operationId, @Nullable KvBatch batch, String origin,
			KvHeaders headers) {
		String start = LETTERS.charAt(TYPES.indexOf(type)) + ":" + operationId + ":";
		String rest = ":" + origin;
		if (batch != null) {
			int length = batch.id().getBytes(StandardCharsets.UTF_8).length;
			rest = batch.index() + "/" + batch.size() + "/" + length + ":" + batch.id() + origin;
		}
		String encoded = headers.isEmpty() ? start + rest : start + rest + HEADERS + headers.encoded();
		return encoded.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Decodes a header. Called for each entry by each reader, so nothing is split.
	 * @throws IllegalArgumentException if it is malformed
	 */
	static EntryHeader decode(byte[] header) {
		int first = colon(header, 0);
		int second = colon(header, first + 1);
		int third = colon(header, second + 1);
		KvEventType type = type(header, first);
		String operationId = bytewise(header, first + 1, second);
		int rest = third + 1;
		if (type == KvEventType.EXPIRED) {
			Long deadline = Long.valueOf(bytewise(header, second + 1, third));
			return of(type, operationId, deadline, null, text(header, rest, header.length));
		}
		if (second + 1 == third) {
			return of(type, operationId, null, null, text(header, rest, header.length));
		}
		String detail = bytewise(header, second + 1, third);
		int size = detail.indexOf('/') + 1;
		int idLength = detail.indexOf('/', size) + 1;
		if (size == 0 || idLength == 0) {
			throw new IllegalArgumentException("A batch without index, size and length of its id");
		}
		int origin = rest + Integer.parseInt(detail, idLength, detail.length(), 10);
		if (origin < rest || origin > header.length) {
			throw new IllegalArgumentException("The id of a batch is cut off");
		}
		KvBatch batch = new KvBatch(text(header, rest, origin), Integer.parseInt(detail, 0, size - 1, 10),
				Integer.parseInt(detail, size, idLength - 1, 10));
		return of(type, operationId, null, batch, text(header, origin, header.length));
	}

	private static int colon(byte[] header, int from) {
		for (int index = from; index < header.length; index++) {
			if (header[index] == ':') {
				return index;
			}
		}
		throw new IllegalArgumentException("A part is missing");
	}

	/** A character for each byte. */
	private static String bytewise(byte[] header, int from, int to) {
		return new String(header, from, to - from, StandardCharsets.ISO_8859_1);
	}

	/**
	 * What follows the last line feed of the origin are headers, unless they are
	 * malformed.
	 */
	private static EntryHeader of(KvEventType type, String operationId, @Nullable Long deadline,
			@Nullable KvBatch batch, String origin) {
		int end = origin.lastIndexOf(HEADERS);
		KvHeaders headers = (end >= 0) ? KvHeaders.decodeStrictly(origin.substring(end + 1)) : null;
		return (headers != null)
				? new EntryHeader(type, operationId, deadline, batch, origin.substring(0, end), headers)
				: new EntryHeader(type, operationId, deadline, batch, origin, KvHeaders.NONE);
	}

	private static KvEventType type(byte[] header, int length) {
		int index = (length == 1) ? LETTERS.indexOf(header[0]) : -1;
		if (index < 0) {
			throw new IllegalArgumentException("A change of no known type");
		}
		return TYPES.get(index);
	}

	private static String text(byte[] bytes, int from, int to) {
		return new String(bytes, from, to - from, StandardCharsets.UTF_8);
	}

	/**
	 * Creates the header for each change of this instance, with a unique operation id: a
	 * random part for each start, then a counter.
	 */
	static final class Factory {

		/** 36 to the power of ten. */
		private static final long STARTS = 3_656_158_440_062_976L;

		private final String origin;

		private final String start;

		private final AtomicLong counter = new AtomicLong();

		Factory(String origin) {
			this.origin = origin;
			String start = Long.toString(new SecureRandom().nextLong(STARTS), Character.MAX_RADIX);
			// of fixed length: otherwise two ids could be equal
			this.start = "0".repeat(10 - start.length()) + start;
		}

		byte[] next(KvEventType type, @Nullable KvBatch batch, KvHeaders headers) {
			String number = Long.toString(this.counter.incrementAndGet(), Character.MAX_RADIX);
			return EntryHeader.encode(type, this.start + number, batch, this.origin, headers);
		}

	}

}
