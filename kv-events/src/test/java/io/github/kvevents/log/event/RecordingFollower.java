package io.github.kvevents.log.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.LogEntry;

/**
 * Keeps what a follow delivers, in order, signals among the entries.
 */
class RecordingFollower implements FollowListener {

	final List<List<LogEntry>> batches = new CopyOnWriteArrayList<>();

	/** The value of field {@code v} of each entry, and what was signalled in between. */
	final List<String> received = new CopyOnWriteArrayList<>();

	final List<FollowGap> gaps = new CopyOnWriteArrayList<>();

	final List<Throwable> errors = new CopyOnWriteArrayList<>();

	final AtomicInteger overlaps = new AtomicInteger();

	private final AtomicInteger calls = new AtomicInteger();

	@Override
	public void onEntries(List<LogEntry> entries) throws Exception {
		if (this.calls.incrementAndGet() > 1) {
			this.overlaps.incrementAndGet();
		}
		this.batches.add(entries);
		List<String> values = new ArrayList<>();
		entries.forEach((entry) -> values.add(entry.get("v", String.class)));
		this.received.addAll(values);
		this.calls.decrementAndGet();
	}

	@Override
	public void onGap(FollowGap gap) {
		this.gaps.add(gap);
		this.received.add("gap " + gap.missed());
	}

	@Override
	public void onDeleted(@Nullable EntryId lastDelivered) {
		this.received.add("deleted");
	}

	@Override
	public void onError(Throwable error) {
		this.errors.add(error);
	}

	List<String> first() {
		return this.batches.get(0).stream().map((entry) -> entry.get("v", String.class)).toList();
	}

}
