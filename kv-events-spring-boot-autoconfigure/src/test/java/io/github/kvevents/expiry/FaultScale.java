package io.github.kvevents.expiry;

/**
 * How large the fault tests are: small enough for each build, or with
 * {@code -Dkv.faults.scale=full} as large as what is promised.
 */
final class FaultScale {

	private static final boolean FULL = "full".equals(System.getProperty("kv.faults.scale"));

	private FaultScale() {
	}

	static int of(int small, int full) {
		return FULL ? full : small;
	}

}
