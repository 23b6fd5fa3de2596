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
 * @param deadline when its time ended, in epoch milliseconds
 * @param detectedAt when that was found out
 * @param detectedBy the id of the instance that did
 * @param value what it held, {@code null} if it was no string
 * @param logId the id of its entry in the change log, {@code null} where there was none
 * @param note who has received it in other instances, {@code null} if it was in none
 */
record ExpiredEntry(String id, byte[] name, long deadline, long detectedAt, String detectedBy, byte @Nullable [] value,
		@Nullable String logId, @Nullable String note) {

	/**
	 * Reads an entry.
	 * @throws IllegalArgumentException if it is none of ours
	 */
	static ExpiredEntry of(ByteRecord entry) {
		Map<String, byte[]> fields = new HashMap<>();
		entry.getValue().forEach((name, value) -> fields.put(text(name), value));
		return of(entry.getId().getValue(), fields);
	}

	/**
	 * Reads an entry as a script replies it: its id and a list of its fields.
	 * @throws IllegalArgumentException if it is none of ours
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
	 * The same for those who see to it that each receiver gets it.
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
