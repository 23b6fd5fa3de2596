package io.github.kvevents.faults;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.fixture.FaultScale;

/**
 * A kind of faults.
 *
 * @param <S> to what they happen
 * @param fault what it is called
 * @param small how many with each build
 * @param full how many at full scale
 * @param leases how long instances may be silent
 * @param each what the documentation permits for each
 * @param action makes them
 */
record Kind<S extends Surroundings>(String fault, int small, int full, Leases leases, Bounds each, Action<S> action) {

	int count() {
		return FaultScale.of(this.small, this.full);
	}

	Bounds bounds() {
		return this.each.times(count());
	}

	/**
	 * Makes faults.
	 *
	 * @param <S> to what they happen
	 */
	interface Action<S> {

		void make(S surroundings, int count) throws Exception;

		/**
		 * One after the other; before the next one all partitions have recovered.
		 */
		static <S extends Surroundings> Action<S> each(Action<S> one) {
			return (surroundings, count) -> {
				for (int number = 0; number < count; number++) {
					one.make(surroundings, number);
					surroundings.run().awaitActivity();
				}
			};
		}

	}

}
