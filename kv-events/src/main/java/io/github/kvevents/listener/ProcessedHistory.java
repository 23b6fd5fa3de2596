package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;

/**
 * What this instance knows to be done with in a partition, whichever instance owned it
 * since: up to where it came, and each of the latest positions. What is stored is
 * sparser, and gone where the store lost it. From any thread.
 */
final class ProcessedHistory {

	/** About 50 kB. */
	private static final int MAX_LATEST = 512;

	private final Deque<History.Mark> latest = new ArrayDeque<>();

	private @Nullable Checkpoint reached;

	/**
	 * Up to where this instance came, {@code null} if it never had the partition.
	 */
	synchronized @Nullable Checkpoint reached() {
		return this.reached;
	}

	synchronized void reached(Checkpoint checkpoint) {
		this.reached = checkpoint;
	}

	/**
	 * Forgets what is behind a position from which the listener resumes.
	 */
	synchronized void resumeFrom(KvPosition position) {
		this.latest.removeIf((mark) -> mark.in(position.partition()).compareTo(position) > 0);
	}

	/**
	 * Notes that the next entry is done with.
	 */
	synchronized void add(KvPosition position, String operationId) {
		if (this.latest.size() == MAX_LATEST) {
			this.latest.removeFirst();
		}
		this.latest.addLast(new History.Mark(position.millis(), position.sequence(), operationId));
	}

	/**
	 * What is known here and the marks of a history, the newest first.
	 */
	synchronized List<History.Mark> with(History history) {
		return Stream.concat(this.latest.stream(), history.marks().stream())
			.distinct()
			.sorted(Comparator.comparingLong(History.Mark::millis).thenComparingLong(History.Mark::sequence).reversed())
			.toList();
	}

}
