package io.github.kvevents.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * One row of {@link ExpiryLateness}.
 *
 * @param id part of the keys
 * @param keys how many keys expire
 * @param spread over how long their deadlines are spread, zero if all are the same
 * @param beside how many keys with a long time to live lie beside them
 */
record LatenessRow(String id, int keys, Duration spread, int beside) {

	/**
	 * The rows in the order in which they run: those without keys beside them first,
	 * since what is written stays.
	 */
	static List<LatenessRow> full() {
		return List.of(new LatenessRow("10k", 10_000, Duration.ofSeconds(10), 0),
				new LatenessRow("same-ms", 1000, Duration.ZERO, 0),
				new LatenessRow("100k", 100_000, Duration.ofSeconds(30), 0),
				new LatenessRow("10k-100k", 10_000, Duration.ofSeconds(10), 100_000),
				new LatenessRow("10k-1m", 10_000, Duration.ofSeconds(10), 1_000_000));
	}

	/**
	 * Rows that try the benchmark itself out.
	 */
	static List<LatenessRow> small() {
		return List.of(new LatenessRow("1k", 1000, Duration.ofSeconds(2), 0),
				new LatenessRow("same-ms", 100, Duration.ZERO, 0),
				new LatenessRow("1k-20k", 1000, Duration.ofSeconds(2), 20_000));
	}

	static LatenessRow warmUp() {
		return new LatenessRow("warm-up", 5000, Duration.ofSeconds(3), 0);
	}

	String title() {
		String spread = this.spread.isZero() ? "in the same millisecond" : "over " + this.spread.toSeconds() + " s";
		String beside = (this.beside == 0) ? "" : ", beside %,d".formatted(this.beside);
		return "%,d keys %s%s".formatted(this.keys, spread, beside);
	}

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
