package io.github.kvevents.benchmarks.measure;

/**
 * How much is measured: less than ten minutes for everything, or about an hour.
 *
 * @param full whether it is the hour
 */
public record Scale(boolean full) {

	public String name() {
		return this.full ? "full" : "quick";
	}

	/**
	 * One of two sizes.
	 */
	public <T> T pick(T quick, T full) {
		return this.full ? full : quick;
	}

	/**
	 * How many rounds count.
	 */
	public int rounds() {
		return pick(5, 11);
	}

	/**
	 * How many rounds go before them and don't count.
	 */
	public int warmUps() {
		return pick(2, 4);
	}

	/**
	 * The length of a round.
	 */
	public int roundMillis() {
		return pick(200, 1000);
	}

}
