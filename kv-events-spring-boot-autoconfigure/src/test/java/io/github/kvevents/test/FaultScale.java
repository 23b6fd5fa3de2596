package io.github.kvevents.test;

/**
 * How large the fault tests are: small enough for each build, or with
 * {@code -Dkv.faults.scale=full} as large as what is promised.
 */
public final class FaultScale {

	private static final boolean FULL = "full".equals(System.getProperty("kv.faults.scale"));

	private FaultScale() {
	}

	/**
	 * How many of something.
	 * @param small for each build
	 * @param full as many as are promised
	 * @return one of the two
	 */
	public static int of(int small, int full) {
		return FULL ? full : small;
	}

}
