package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.LogEntry;

/**
 * An entry as a store gives it back.
 *
 * @param id its id
 * @param number how many entries were added to the log up to this one, or
 * {@link #UNKNOWN} if someone else added it
 * @param origin stays the same until the log is deleted and made again, or
 * {@link #UNKNOWN}
 * @param fields names and values in turn, never changed
 */
public record StoredEntry(EntryId id, long number, long origin, List<byte[]> fields) {

	public static final long UNKNOWN = -1;

	/**
	 * How large its fields are together.
	 */
	long bytes() {
		return this.fields.stream().mapToLong((field) -> field.length).sum();
	}

	/**
	 * The entry as the application sees it.
	 * @param codec decodes the values of its fields
	 * @param log the name of the log
	 */
	LogEntry decodedBy(KvCodec codec, String log) {
		Map<String, byte[]> byName = new LinkedHashMap<>();
		for (int index = 0; index + 1 < this.fields.size(); index += 2) {
			byName.put(new String(this.fields.get(index), StandardCharsets.UTF_8), this.fields.get(index + 1));
		}
		return new LogEntry(log, this.id, byName, codec);
	}

}
