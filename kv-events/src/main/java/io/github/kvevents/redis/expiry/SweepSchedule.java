package io.github.kvevents.redis.expiry;

import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.github.kvevents.support.Delay;

/**
 * When one partition is to be swept next: when the server said so, and at the deadlines
 * of keys that this instance gave so little time that no other may look in time. For the
 * thread of the sweeper, where nothing else is said.
 */
final class SweepSchedule {

	private final LongSupplier nanoTime;

	private final long start;

	/**
	 * When such deadlines have passed, in milliseconds since the start: as many as the
	 * longest of these times has milliseconds at most.
	 */
	private final NavigableSet<Long> deadlines = new ConcurrentSkipListSet<>();

	private Delay next = Delay.NONE;

	SweepSchedule(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.start = nanoTime.getAsLong();
	}

	/**
	 * A key that was written here ends in so many milliseconds. From any thread.
	 */
	void deadlineIn(long millis) {
		// a key lives to the end of the millisecond of its deadline
		this.deadlines.add(now().plus(Delay.ofMillis(Math.max(0, millis) + 1)).toMillis());
	}

	/**
	 * What there is to do now.
	 */
	Due due() {
		long now = TimeUnit.NANOSECONDS.toMillis(now().nanos());
		boolean deadline = !this.deadlines.headSet(now, true).isEmpty();
		return new Due(deadline || untilNext().nanos() == 0, deadline, now);
	}

	/**
	 * It was done.
	 * @param next when to look again, but for deadlines that become known here
	 */
	void done(Due due, Delay next) {
		this.deadlines.headSet(due.millis(), true).clear();
		this.next = now().plus(next);
	}

	/**
	 * In how long there is something to do.
	 */
	Delay untilNext() {
		Long deadline = this.deadlines.ceiling(0L);
		Delay first = (deadline != null) ? this.next.min(Delay.ofMillis(deadline)) : this.next;
		return first.isNever() ? first : Delay.ofNanos(first.nanos() - now().nanos());
	}

	/**
	 * Nobody waits for expiries: the deadlines are left, and it is looked at once when
	 * somebody does again.
	 */
	void rest() {
		this.deadlines.clear();
		this.next = Delay.NONE;
	}

	private Delay now() {
		return Delay.ofNanos(this.nanoTime.getAsLong() - this.start);
	}

	/**
	 * What there is to do.
	 *
	 * @param isDue whether to sweep
	 * @param deadline whether also if another instance sweeps the partition
	 * @param millis the moment
	 */
	record Due(boolean isDue, boolean deadline, long millis) {
	}

}
