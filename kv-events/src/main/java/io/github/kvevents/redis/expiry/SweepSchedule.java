package io.github.kvevents.redis.expiry;

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

}
