package io.github.kvevents.benchmarks.rows.expiry;

import java.time.Duration;

/**
 * Which keys expire when.
 *
 * @param id part of the keys
 * @param keys how many keys expire
 * @param spread over how long their deadlines are spread, zero if all are the same
 */
record LatenessRow(String id, int keys, Duration spread) {

	/**
	 * The deadline of a key.
	 * @param index the number of the key, from 0
	 * @param first the first deadline, in milliseconds since the epoch
	 * @return the deadline, in milliseconds since the epoch
	 */
	long deadline(int index, long first) {
		return first + this.spread.toMillis() * index / this.keys;
	}

}
