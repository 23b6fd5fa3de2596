package io.github.kvevents.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the checks of a run found: broken invariants, and counts of what is permitted.
 */
final class Findings {

	/**
	 * What has to hold.
	 */
	enum Invariant {

		/**
		 * Replaying the log gives the stored values, and each entry fits those before.
		 */
		REPLAY,

		/** Each acknowledged operation is in the log. */
		ACKNOWLEDGED,

		/** What was refused or not applied is not in the log, nor what nobody wrote. */
		REFUSED,

		/** Updates and conditional sets replaced the value that they had seen. */
		CONDITION,

		/** The log has the operations on a key in their order. */
		ORDER,

		/** A write that failed isn't applied after a newer one of its writer. */
		LATE,

		/** The listener received each entry of the log. */
		DELIVERED,

		/** The listener received the entries of a key in the order of the log. */
		DELIVERY_ORDER,

		/** What the listener or the hook received repeatedly is within the bound. */
		DUPLICATES,

		/** A gap was reported where something was missed, and nowhere else. */
		GAP,

		/** Each lifetime that ended was delivered to the hook. */
		EXPIRED,

		/** No lifetime that hadn't ended was delivered, and none before its deadline. */
		EARLY,

		/**
		 * The hook on every instance received each entry of the log once, in order, from
		 * the first one that it received on.
		 */
		HOOKS,

		/** No call took longer than a command may. */
		WAIT,

		/** A watch delivers each change of a key behind what it has replayed. */
		WATCH

	}

	/** How many violations of one invariant are kept. */
	private static final int KEPT = 10;

	private final List<String> violations = new ArrayList<>();

	private final Map<Invariant, Long> counts = new EnumMap<>(Invariant.class);

	private long lost;

	private Duration longestCall = Duration.ZERO;

	private long redelivered;

	private long expiredTwice;

	/**
	 * An invariant is broken.
	 */
	void violation(Invariant invariant, String text) {
		if (this.counts.merge(invariant, 1L, Long::sum) <= KEPT) {
			this.violations.add(invariant + ": " + text);
		}
	}

	/**
	 * An acknowledged operation is gone together with the data of the server.
	 */
	void lost() {
		this.lost++;
	}

	void longestCall(Duration duration) {
		this.longestCall = duration;
	}

	void redelivered(long count) {
		this.redelivered = count;
	}

	void expiredTwice(long count) {
		this.expiredTwice = count;
	}

	List<String> violations() {
		return this.violations;
	}

	long count(Invariant invariant) {
		return this.counts.getOrDefault(invariant, 0L);
	}

	long getLost() {
		return this.lost;
	}

	Duration getLongestCall() {
		return this.longestCall;
	}

	long getRedelivered() {
		return this.redelivered;
	}

	long getExpiredTwice() {
		return this.expiredTwice;
	}

}
