package io.github.kvevents.log.change;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;

/**
 * Fills one page: takes the entries of all partitions that are read by their time, up to
 * the limit or the end of the log.
 */
final class PageReader {

	private static final int MAX_CHUNK = 500;

	private static final Comparator<LoggedChange> BY_TIME = Comparator
		.comparingLong((LoggedChange change) -> change.position().millis())
		.thenComparingInt((change) -> change.position().partition());

	private final ReadRequest request;

	private final Object source;

	private final KvCodec codec;

	private final List<PartitionPage> partitions = new ArrayList<>();

	private final List<KvEvent> events = new ArrayList<>();

	/** How large the values of these are. */
	private long bytes;

	PageReader(ChangeLogStore store, ReadRequest request, Object source, KvCodec codec) {
		this.request = request;
		this.source = source;
		this.codec = codec;
		int count = store.getSettings().namespace().partitions();
		int chunk = request.getSelector().isAll() ? Math.min(MAX_CHUNK, request.getLimit()) : MAX_CHUNK;
		for (int partition : request.getStart().partitions(count)) {
			PartitionCursor cursor = PartitionCursor.of(request.getStart(), partition, () -> store.getState(partition));
			this.partitions
				.add(new PartitionPage(new LogCursor(store, cursor), chunk, request.getStart().isEarliest()));
		}
	}

	/**
	 * Reads on from where it was.
	 * @return whether something was found
	 */
	boolean read() {
		this.partitions.forEach(PartitionPage::tryAgain);
		while (this.events.size() < this.request.getLimit() && this.bytes < PageSize.readAheadBytes(1)) {
			PartitionPage next = next();
			if (next == null) {
				break;
			}
			LoggedChange change = next.take();
			if (matches(change)) {
				this.events.add(LoggedEvents.toEvent(this.source, change, this.codec));
				this.bytes += change.bytes();
			}
		}
		return !this.events.isEmpty();
	}

	private @Nullable PartitionPage next() {
		PartitionPage next = null;
		LoggedChange earliest = null;
		for (PartitionPage partition : this.partitions) {
			LoggedChange change = partition.peek();
			if (change != null && (earliest == null || BY_TIME.compare(change, earliest) < 0)) {
				earliest = change;
				next = partition;
			}
		}
		return next;
	}

	private boolean matches(LoggedChange change) {
		return this.request.getSelector().selects(change.type(), LoggedEvents.changeOf(change), change.key());
	}

	KvChangePage page() {
		return new KvChangePage(this.events,
				StartPosition.of(this.partitions.stream().map((page) -> page.next().at()).toList()));
	}

	/**
	 * What a page takes of one partition.
	 */
	private static final class PartitionPage {

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
		 * A reader that asks for a position that the log has lost has read what was
		 * there: it resumes where the log ends now.
		 */
		private void passOver(LogCursor.Gap gap) {
			if (gap.earliest() != null && !this.anywhere) {
				throw new PositionTrimmedException(gap.after(), gap.earliest());
			}
			this.cursor.requirePossible(gap.after(), gap.next().position());
			this.next = gap.next();
		}

		LoggedChange take() {
			LoggedChange change = this.unread.remove();
			this.next = this.next.next(change.position(), 1);
			this.anywhere = false;
			return change;
		}

	}

}
