package io.github.kvevents.store.memory;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of all keys that have one, the earliest first; exactly one for each such
 * key, however often it is written.
 */
final class Deadlines {

	private final ConcurrentSkipListSet<Deadline> deadlines = new ConcurrentSkipListSet<>();

	private final AtomicLong ids = new AtomicLong();

	private final Runnable onEarlier;

	/**
	 * Starts without any.
	 * @param onEarlier called when the earliest deadline becomes an earlier one
	 */
	Deadlines(Runnable onEarlier) {
		this.onEarlier = onEarlier;
	}

	Deadline create(String key, long millis) {
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

}
