package io.github.kvevents.benchmarks.rows.expiry;

/**
 * What one side did in one row. Where keys were missing when it was given up, the
 * percentiles beyond what was delivered are lower bounds.
 *
 * @param keys how many keys expired
 * @param delivered how many of them the side published
 * @param early how many it published before their deadline
 * @param duplicates how many it published a second time
 * @param p50 the median of the lateness in milliseconds
 * @param p99 its 99th percentile in milliseconds
 * @param max its maximum in milliseconds
 */
record LatenessResult(int keys, int delivered, int early, int duplicates, double p50, double p99, double max) {

	/**
	 * Whether the percentile is among those that were delivered.
	 */
	boolean isKnown(double percentile) {
		return this.delivered >= this.keys * percentile / 100;
	}

	double deliveredPercent() {
		return 100.0 * this.delivered / this.keys;
	}

}
