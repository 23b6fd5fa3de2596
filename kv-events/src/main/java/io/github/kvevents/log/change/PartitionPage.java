package io.github.kvevents.log.change;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.PartitionCursor;
import io.github.kvevents.store.LoggedChange;

/**
 * What a page takes of one partition.
 */
final class PartitionPage {

	private final LogCursor cursor;

	private final int chunk;

	private final Deque<LoggedChange> unread = new ArrayDeque<>();

	private PartitionCursor next;

	/** Whether it doesn't matter where it begins, as long as it has not begun. */
	private boolean anywhere;

	private boolean ended;

	PartitionPage(LogCursor cursor, int chunk, boolean anywhere) {
		this.cursor = cursor;
		this.chunk = chunk;
		this.anywhere = anywhere;
		this.next = cursor.position();
	}

	/**
	 * Where the next page begins.
	 */
	PartitionCursor next() {
		return this.next;
	}

	void tryAgain() {
		this.ended = false;
	}

	@Nullable LoggedChange peek() {
		if (this.unread.isEmpty() && !this.ended) {
			this.unread.addAll(this.cursor.read(this.chunk, this::passOver));
			this.ended = this.unread.isEmpty();
			if (this.ended) {
				// the same position; the cursor may know more of it
				this.next = this.cursor.position();
			}
		}
		return this.unread.peek();
	}

	/**
	 * A reader that asks for a position that the log has lost has read what was there: it
	 * resumes where the log ends now.
	 */
	private void passOver(LogGap gap) {
		if (gap.earliest() != null && !this.anywhere) {
			throw new PositionTrimmedException(gap.after(), gap.earliest());
		}
		this.next = gap.next();
	}

	LoggedChange take() {
		LoggedChange change = this.unread.remove();
		this.next = this.next.next(change.position(), 1);
		this.anywhere = false;
		return change;
	}

}
