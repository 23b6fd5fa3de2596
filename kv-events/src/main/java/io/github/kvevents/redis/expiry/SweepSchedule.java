package io.github.kvevents.redis.expiry;

import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.kvevents.support.Delay;

/**
 * When one partition is swept next: at the time that the last sweep returned, and at the
 * deadlines of keys with a time to live so short that the lease owner may be late.
 * Confined to the thread of the sweeper, except where noted.
 */
final class SweepSchedule {

	private final LongSupplier nanoTime;

	private final long start;

	/**
	 * Those deadlines in milliseconds since the start: at most one for each millisecond
	 * of the sweep interval.
	 */
	private final NavigableSet<Long> deadlines = new ConcurrentSkipListSet<>();

	private Delay next = Delay.NONE;

	SweepSchedule(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.start = nanoTime.getAsLong();
	}

	/**
	 * Records that a key written by this instance expires in the given milliseconds. For
	 * any thread.
	 */
	void deadlineIn(long millis) {
		// a key lives to the end of the millisecond of its deadline
		this.deadlines.add(now().plus(Delay.ofMillis(Math.max(0, millis) + 1)).toMillis());
	}

	/**
	 * What is due now.
	 */
	Due due() {
		long now = TimeUnit.NANOSECONDS.toMillis(now().nanos());
		boolean deadline = !this.deadlines.headSet(now, true).isEmpty();
		return new Due(deadline || untilNext().nanos() == 0, deadline, now);
	}

	/**
	 * Records that a sweep succeeded.
	 * @param next when to sweep next, unless an earlier deadline becomes known
	 */
	void done(Due due, Delay next) {
		this.deadlines.headSet(due.millis(), true).clear();
		this.next = now().plus(next);
	}

	/**
	 * How long until something is due.
	 */
	Delay untilNext() {
		Long deadline = this.deadlines.ceiling(0L);
		Delay first = (deadline != null) ? this.next.min(Delay.ofMillis(deadline)) : this.next;
		return first.isNever() ? first : Delay.ofNanos(first.nanos() - now().nanos());
	}

	/**
	 * Forgets all deadlines since there are no receivers: a sweep is due at once when
	 * there are receivers again.
	 */
	void rest() {
		this.deadlines.clear();
		this.next = Delay.NONE;
	}

	private Delay now() {
		return Delay.ofNanos(this.nanoTime.getAsLong() - this.start);
	}

	/**
	 * What is due.
	 *
	 * @param isDue whether to sweep
	 * @param deadline whether to sweep even if another instance owns the lease
	 * @param millis the current time, in milliseconds since the start
	 */
	record Due(boolean isDue, boolean deadline, long millis) {
	}

	/**
	 * The reply of {@code sweep.lua}.
	 */
	record SweepReply(boolean holder, long lookedAt, long waitMillis, long givenUp, long now, List<byte[]> undeclared) {

		private static final Delay JUST_AFTER = Delay.ofMillis(1);

		/** The longest wait for the lease of another instance. */
		private static final Delay MAX_WAIT = Delay.ofMillis(60_000);

		static SweepReply of(List<?> reply) {
			List<byte[]> undeclared = ((List<?>) reply.get(6)).stream().map(byte[].class::cast).toList();
			return new SweepReply(number(reply, 0) == 1, number(reply, 1), number(reply, 2), number(reply, 4),
					number(reply, 5), undeclared);
		}

		/**
		 * How long to wait: until the next deadline, or until the lease of another
		 * instance may end.
		 */
		Delay next(Delay interval) {
			Delay wait = (this.waitMillis >= 0) ? Delay.ofMillis(this.waitMillis) : Delay.NEVER;
			return this.holder ? wait.min(interval) : wait.plus(JUST_AFTER).min(MAX_WAIT);
		}

		private static long number(List<?> reply, int index) {
			return (Long) reply.get(index);
		}

	}

	/**
	 * Estimates the offset between the clock of the server and that of this instance.
	 * Used by many threads at once.
	 */
	static final class ServerClock {

		private final LongSupplier millis;

		private volatile long ahead;

		/**
		 * Creates a clock without offset.
		 */
		ServerClock(LongSupplier millis) {
			this.millis = millis;
		}

		/**
		 * Updates the offset from a reply that has just arrived.
		 * @param serverMillis the time of the reply by the clock of the server
		 */
		void observe(long serverMillis) {
			this.ahead = serverMillis - this.millis.getAsLong();
		}

		/**
		 * The milliseconds until a time of the server clock has certainly passed.
		 */
		long millisUntil(long serverMillis) {
			long now = this.millis.getAsLong() + this.ahead;
			// both clocks may be read in the middle of a millisecond
			return (serverMillis > now) ? serverMillis - now + 1 : 1;
		}

	}

}
