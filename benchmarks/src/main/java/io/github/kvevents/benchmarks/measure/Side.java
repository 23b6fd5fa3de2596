package io.github.kvevents.benchmarks.measure;

/**
 * One way to do something.
 *
 * @param name the name of it
 * @param operations how many operations one call counts for
 * @param work does it
 */
public record Side(String name, int operations, Work work) {

	/** What is measured; the others are its peers. */
	public static final String OURS = "kv-events";

	public static Side ours(Work work) {
		return new Side(OURS, 1, work);
	}

	public static Side of(String name, Work work) {
		return new Side(name, 1, work);
	}

	/**
	 * The same, where one call does many operations.
	 */
	public Side times(int operations) {
		return new Side(this.name, operations, this.work);
	}

	/**
	 * Does it once.
	 */
	@FunctionalInterface
	public interface Work {

		/**
		 * Does it.
		 * @param number a random number, at least 0
		 */
		void run(int number) throws Exception;

	}

}
