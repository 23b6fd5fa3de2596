package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.stream.ByteRecord;

/**
 * One entry of the stream of expiries, as the scripts write it.
 *
 * @param id its id in the stream
 * @param name the name of the key in Redis
 * @param deadline the deadline of the key, in epoch milliseconds
 * @param detectedAt when the expiry was detected, in epoch milliseconds
 * @param detectedBy the id of the instance that detected it
 * @param value the last value, {@code null} if it was no string
 * @param logId the id of its entry in the change log, {@code null} without a log
 * @param note the receivers in other instances that have received it, {@code null} if it
 * was not handed on
 */
record ExpiredEntry(String id, byte[] name, long deadline, long detectedAt, String detectedBy, byte @Nullable [] value,
		@Nullable String logId, @Nullable String note) {

	/**
	 * Reads an entry.
	 * @throws IllegalArgumentException if it is malformed
	 */
	static ExpiredEntry of(ByteRecord entry) {
		Map<String, byte[]> fields = new HashMap<>();
		entry.getValue().forEach((name, value) -> fields.put(text(name), value));
		return of(entry.getId().getValue(), fields);
	}

	/**
	 * Reads an entry from the reply of a script: its id and a list of its fields.
	 * @throws IllegalArgumentException if it is malformed
	 */
	static ExpiredEntry of(List<?> entry) {
		Map<String, byte[]> fields = new HashMap<>();
		List<?> flat = (List<?>) entry.get(1);
		for (int index = 0; index + 1 < flat.size(); index += 2) {
			fields.put(text((byte[]) flat.get(index)), (byte[]) flat.get(index + 1));
		}
		return of(text((byte[]) entry.get(0)), fields);
	}

	private static ExpiredEntry of(String id, Map<String, byte[]> fields) {
		byte[] logId = fields.get("log");
		byte[] note = fields.get("note");
		return new ExpiredEntry(id, field(fields, "key"), Long.parseLong(text(field(fields, "deadline"))),
				Long.parseLong(text(field(fields, "at"))), text(field(fields, "by")), fields.get("value"),
				(logId != null) ? text(logId) : null, (note != null) ? text(note) : null);
	}

	/**
	 * The expiry without its value, for tracking which receivers have received it.
	 */
	TakenExpiry taken() {
		int size = this.name.length + ((this.value != null) ? this.value.length : 0);
		return new TakenExpiry(this.id, text(this.name), size, this.note);
	}

	private static byte[] field(Map<String, byte[]> fields, String name) {
		byte[] value = fields.get(name);
		if (value == null) {
			throw new IllegalArgumentException("An expiry without '" + name + "'");
		}
		return value;
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
