package io.github.kvevents.watch;

/**
 * How much the tests of many watches do: a little with the build, all of it with
 * {@code -Dkv.faults.scale=full}.
 */
final class WatchScale {

	private static final boolean FULL = "full".equals(System.getProperty("kv.faults.scale"));

	private WatchScale() {
	}

	static int of(int small, int full) {
		return FULL ? full : small;
	}

}
