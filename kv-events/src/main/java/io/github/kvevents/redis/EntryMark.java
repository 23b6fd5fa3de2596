package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.StoredEntry;

/**
 * The first field of each entry in Redis, as {@code event-log-add.lua} writes it.
 */
final class EntryMark {

	private static final Pattern VALUE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

	private EntryMark() {
	}

	/**
	 * Separates the mark from the fields of an entry. An entry that another client added
	 * has none.
	 */
	static StoredEntry read(EntryId id, List<byte[]> fields) {
		if (fields.size() >= 2 && fields.get(0).length == 1 && fields.get(0)[0] == '#') {
			Matcher value = VALUE.matcher(new String(fields.get(1), StandardCharsets.ISO_8859_1));
			if (value.matches()) {
				return new StoredEntry(id, Long.parseLong(value.group(2)), Long.parseLong(value.group(1)),
						List.copyOf(fields.subList(2, fields.size())));
			}
		}
		return new StoredEntry(id, StoredEntry.UNKNOWN, StoredEntry.UNKNOWN, List.copyOf(fields));
	}

}
