package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.store.ExpiringStore.DeadlineSummary;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.StoreWrite;

/**
 * The deadlines of all keys that have one, the earliest first; exactly one for each such
 * key, however often it is written.
 */
final class Deadlines {

	private final ConcurrentSkipListSet<Deadline> deadlines = new ConcurrentSkipListSet<>();

	private final AtomicLong ids = new AtomicLong();

	private final Clock clock;

	private final Runnable onEarlier;

	/**
	 * Creates an empty collection.
	 * @param clock determines when one is due
	 * @param onEarlier called when a new deadline is the earliest
	 */
	Deadlines(Clock clock, Runnable onEarlier) {
		this.clock = clock;
		this.onEarlier = onEarlier;
	}

	Deadline after(String key, Duration timeToLive) {
		return create(key, this.clock.millis() + Lifetimes.toMillis(timeToLive));
	}

	Deadline at(String key, Instant time) {
		return create(key, Lifetimes.toEpochMillis(time));
	}

	/**
	 * The deadline of a key after a write.
	 * @param current the deadline before it, {@code null} for none
	 * @return the deadline, {@code null} if the key never expires
	 */
	@Nullable Deadline of(StoreWrite write, @Nullable Deadline current) {
		if (write.timeToLive() != null) {
			return after(write.key(), write.timeToLive());
		}
		if (write.expireAt() != null) {
			return at(write.key(), write.expireAt());
		}
		return write.keepTimeToLive() ? current : null;
	}

	private Deadline create(String key, long millis) {
		return new Deadline(millis, this.ids.incrementAndGet(), key);
	}

	void replace(@Nullable Deadline before, @Nullable Deadline after) {
		if (Objects.equals(before, after)) {
			return;
		}
		if (before != null) {
			this.deadlines.remove(before);
		}
		if (after != null) {
			this.deadlines.add(after);
			if (after.equals(earliest())) {
				this.onEarlier.run();
			}
		}
	}

	@Nullable Deadline earliest() {
		// unlike first(), an iterator doesn't fail when there is none
		Iterator<Deadline> ordered = this.deadlines.iterator();
		return ordered.hasNext() ? ordered.next() : null;
	}

	int size() {
		return this.deadlines.size();
	}

	DeadlineSummary summarize() {
		long now = this.clock.millis();
		Deadline earliest = earliest();
		if (earliest == null) {
			return new DeadlineSummary(0, 0, null, Duration.ZERO);
		}
		long overdue = this.deadlines.stream().takeWhile((deadline) -> deadline.isDue(now)).count();
		return new DeadlineSummary(this.deadlines.size(), overdue, Instant.ofEpochMilli(earliest.millis()),
				Duration.ofMillis(Math.max(0, now - earliest.millis())));
	}

	/**
	 * The deadline of one lifetime of a key.
	 *
	 * @param millis milliseconds since 1970
	 * @param id distinguishes deadlines of the same millisecond
	 * @param key the key
	 */
	record Deadline(long millis, long id, String key) implements Comparable<Deadline> {

		private static final Comparator<Deadline> ORDER = Comparator.comparingLong(Deadline::millis)
			.thenComparingLong(Deadline::id);

		boolean isDue(long now) {
			return now >= this.millis;
		}

		@Override
		public int compareTo(Deadline other) {
			return ORDER.compare(this, other);
		}

	}

}
