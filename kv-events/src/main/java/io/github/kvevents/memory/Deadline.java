package io.github.kvevents.memory;

import java.util.Comparator;

/**
 * The deadline of one lifetime of a key.
 *
 * @param millis milliseconds since 1970
 * @param id distinguishes deadlines of the same millisecond
 * @param key the key
 */
record Deadline(long millis, long id, String key) implements Comparable<Deadline> {

	private static final Comparator<Deadline> ORDER = Comparator.comparingLong(Deadline::millis)
		.thenComparingLong(Deadline::id);

	boolean isDue(long now) {
		return now >= this.millis;
	}

	@Override
	public int compareTo(Deadline other) {
		return ORDER.compare(this, other);
	}

}
