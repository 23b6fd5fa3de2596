package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * Reads the log of a partition page by page and notices when changes are missing: nothing
 * is read then until {@link #resumeFrom} is called. Confined to the thread of the loop,
 * where nothing else is said.
 */
final class PartitionReader {

	/** How many entries to read at a time at least: many may be filtered. */
	private static final int MIN_PAGE = 100;

	private final TruncationDetector truncation;

	private final int limit;

	private final int partition;

	private final Deque<LoggedChange> buffer = new ArrayDeque<>();

	private volatile LogState state;

	private Checkpoint read;

	private long ordinal;

	private @Nullable Missing missing;

	/**
	 * Creates a reading.
	 * @param from behind which position to begin
	 */
	PartitionReader(TruncationDetector truncation, int batchSize, Checkpoint from, LogState state) {
		this.truncation = truncation;
		this.limit = Math.max(batchSize, MIN_PAGE);
		this.partition = from.position().partition();
		this.read = from;
		this.ordinal = from.ordinal();
		this.state = state;
	}

	/**
	 * What the log held when it was looked at last. From any thread.
	 */
	LogState state() {
		return this.state;
	}

	LogState fetchState() {
		return this.truncation.state(this.partition);
	}

	/** Up to where was read. */
	Checkpoint checkpoint() {
		return this.read;
	}

	/**
	 * Why nothing more is read, {@code null} if nothing is missing.
	 */
	@Nullable Missing missing() {
		return this.missing;
	}

	/** Whether all that was read was handed on. */
	boolean isEmpty() {
		return this.buffer.isEmpty();
	}

	/**
	 * Hands on the next entry that was read.
	 */
	LoggedChange next() {
		this.ordinal = Checkpoint.further(this.ordinal, 1);
		return this.buffer.remove();
	}

	/**
	 * How many entries were ever added up to the one that was handed on last.
	 */
	long ordinal() {
		return this.ordinal;
	}

	/**
	 * Looks whether changes are missing. What was read and the store lost isn't handed on
	 * any more; what was read and was removed meanwhile is.
	 * @param check whether to, or only to note what the log holds
	 */
	void look(LogState state, boolean check) {
		this.state = state;
		if (this.missing != null || !check) {
			return;
		}
		if (this.truncation.isLost(state, this.read)) {
			this.buffer.clear();
			this.missing = Missing.LOST;
		}
		else if (TruncationDetector.isTrimmed(state, this.read)) {
			this.missing = Missing.TRIMMED;
		}
		else if (state.last().equals(this.read.position())) {
			this.read = this.read.withOrdinal(state.added());
			this.ordinal = this.buffer.isEmpty() ? state.added() : this.ordinal;
		}
	}

	/**
	 * Whether a position is that up to which was read and handed on, with nothing
	 * missing.
	 */
	boolean isAt(@Nullable KvPosition end) {
		return this.read.position().equals(end) && this.buffer.isEmpty() && this.missing == null
				&& this.state.last().equals(end);
	}

	/**
	 * Reads a page, unless changes turn out to be missing.
	 * @return whether there is more to do at once
	 */
	boolean read() {
		ChangeLogStore.LogPage read = this.truncation.readOn(this.read, this.limit);
		List<LoggedChange> page = read.changes();
		if (!page.isEmpty() && this.read.isOf(page.get(0))) {
			page = page.subList(1, page.size());
		}
		else {
			// it was removed, perhaps with some behind it, or the log is another one
			look(this.truncation.state(this.partition), true);
			KvPosition position = this.read.position();
			if (this.missing != null || page.stream().anyMatch((change) -> change.position().equals(position))) {
				return true;
			}
		}
		if (!page.isEmpty()) {
			this.buffer.addAll(page);
			this.read = this.read.next(page.get(page.size() - 1), page.size());
		}
		return read.more();
	}

	/**
	 * Where to resume, since changes are missing.
	 * @param reached up to where everything is done with
	 */
	Checkpoint resumePoint(Checkpoint reached, ProcessedHistory processed) {
		Checkpoint agreed = (this.missing == Missing.LOST) ? this.truncation.agreed(this.state, reached, processed)
				: null;
		return (agreed != null) ? agreed : TruncationDetector.earliest(this.state, this.partition);
	}

	/**
	 * Resumes from another position.
	 */
	void resumeFrom(Checkpoint to) {
		this.read = to;
		this.ordinal = to.ordinal();
		this.missing = null;
	}

	/**
	 * Leaves it to others to find out whether changes are missing.
	 */
	void end() {
		this.missing = null;
	}

	/**
	 * Why changes are missing: the log is no longer the one that was read, or what comes
	 * next was removed from it.
	 */
	enum Missing {

		LOST, TRIMMED

	}

	/**
	 * Where the log of each partition ends, as the feed that all readers share saw it a
	 * moment ago: a listener that has read up to there need not ask by itself. What the
	 * feed said some seconds ago doesn't count, since it may be unable to read. Used by
	 * many threads at once.
	 */
	static final class LogEnds {

		/** The feed looks more often. */
		private static final long MAX_AGE = TimeUnit.SECONDS.toNanos(5);

		private final LongSupplier nanoTime;

		private final Map<Integer, End> ends = new ConcurrentHashMap<>();

		LogEnds(LongSupplier nanoTime) {
			this.nanoTime = nanoTime;
		}

		/**
		 * The feed has looked at the end of a partition, and missed nothing.
		 */
		void see(KvPosition last) {
			this.ends.put(last.partition(), new End(last, this.nanoTime.getAsLong()));
		}

		/**
		 * There is more in a partition.
		 */
		void forget(int partition) {
			this.ends.remove(partition);
		}

		/**
		 * The feed may have missed something.
		 */
		void forget() {
			this.ends.clear();
		}

		/**
		 * Where a partition ends.
		 * @return {@code null} if that isn't known
		 */
		@Nullable KvPosition get(int partition) {
			End end = this.ends.get(partition);
			return (end != null && this.nanoTime.getAsLong() - end.seenAt() < MAX_AGE) ? end.last() : null;
		}

		private record End(KvPosition last, long seenAt) {
		}

	}

}
