package io.github.kvevents.log;

import java.util.List;

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
record StoredEntry(EntryId id, long number, long origin, List<byte[]> fields) {

	static final long UNKNOWN = -1;

	/**
	 * How large its fields are together.
	 */
	long bytes() {
		return this.fields.stream().mapToLong((field) -> field.length).sum();
	}

}
