package io.github.kvevents.faults;

/**
 * Checks what instances did and received against what the server has at the end. Holds
 * nothing and connects to nothing.
 */
final class Checker {

	private Checker() {
	}

	/**
	 * Checks a run.
	 * @param history what the instances did and received
	 * @param snapshot what the server has, all writers having stopped
	 * @param bounds what the documentation permits
	 */
	static Findings check(History history, Snapshot snapshot, Bounds bounds) {
		Findings findings = new Findings();
		new LogCheck(history, snapshot, bounds, findings).check();
		new OrderCheck(history, snapshot, findings).check();
		new DeliveryCheck(history, snapshot, bounds, findings).check();
		new ExpiryCheck(history, snapshot, bounds, findings).check();
		new WatchCheck(history, snapshot, bounds, findings).check();
		new HooksCheck(history, snapshot, bounds, findings).check();
		new WaitCheck(history, findings).check();
		return findings;
	}

	/**
	 * What the documentation permits for the faults of a run.
	 *
	 * @param repliesLost whether replies were lost: the driver resends a command then,
	 * and the caller may receive the result of the second run
	 * @param dataLost whether servers may have lost what they had acknowledged
	 * @param redelivered how many changes the listener may receive repeatedly
	 * @param expiredTwice how many expiries the hook may receive repeatedly
	 */
	record Bounds(boolean repliesLost, boolean dataLost, long redelivered, long expiredTwice) {

		static final Bounds NONE = new Bounds(false, false, 0, 0);

		/**
		 * What an instance that dies, or is away for longer than its lease, had handled
		 * and not confirmed: a batch and what is in flight of each partition, and
		 * expiries in flight.
		 * @param count how many instances at a time
		 * @param partitions of the log
		 */
		Bounds takeovers(int count, int partitions) {
			return new Bounds(this.repliesLost, this.dataLost,
					(long) count * partitions * (Consumers.BATCH_SIZE + Consumers.CONCURRENCY),
					(long) count * FaultApplication.IN_FLIGHT);
		}

		Bounds losingReplies() {
			return new Bounds(true, this.dataLost, this.redelivered, this.expiredTwice);
		}

		Bounds losingData() {
			return new Bounds(true, true, this.redelivered, this.expiredTwice);
		}

		Bounds times(int count) {
			return new Bounds(this.repliesLost, this.dataLost, count * this.redelivered, count * this.expiredTwice);
		}

		Bounds plus(Bounds other) {
			return new Bounds(this.repliesLost || other.repliesLost, this.dataLost || other.dataLost,
					this.redelivered + other.redelivered, this.expiredTwice + other.expiredTwice);
		}

	}

}
