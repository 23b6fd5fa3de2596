package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.change.LogCursor;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;
import io.github.kvevents.watch.LogChanges.LogIntake;
import io.github.kvevents.watch.WatchSource.ReplaySource;

/**
 * Reads the log up to its end for a watch, then has it join the feed, then reads what the
 * feed had read by then.
 */
final class LogCatchUp implements ReplaySource {

	private static final int READ_AT_ONCE = 1_000;

	private final LogChanges changes;

	private final LogAccess log;

	private final LogIntake intake;

	private final Map<Integer, LogCursor> cursors = new TreeMap<>();

	private final Deque<KvEvent> page = new ArrayDeque<>(0);

	/** How much was read as the watch opened. */
	private long pageBytes;

	private Predicate<LoggedChange> filter = (change) -> true;

	/**
	 * Up to where there is to read in the partitions that are not done, {@code null}
	 * before the watch joined.
	 */
	private @Nullable Map<Integer, KvPosition> until;

	LogCatchUp(LogChanges changes, LogAccess log, LogIntake intake, Map<Integer, PartitionCursor> start) {
		this.changes = changes;
		this.log = log;
		this.intake = intake;
		start.forEach((partition, cursor) -> this.cursors.put(partition, log.cursor(cursor)));
	}

	/**
	 * Sets which entries are news.
	 */
	synchronized void setFilter(Predicate<LoggedChange> filter) {
		this.filter = filter;
	}

	@Override
	public synchronized @Nullable KvEvent next() {
		while (this.page.isEmpty()) {
			if (this.intake.session().isClosed() || isDone()) {
				return null;
			}
			if (!readPage()) {
				join();
			}
		}
		return this.page.poll();
	}

	@Override
	public synchronized boolean hasRead() {
		return !this.page.isEmpty();
	}

	@Override
	public boolean isReplayed() {
		return true;
	}

	/**
	 * Has the watch join the feed if it is near the end of the log, as it is when it
	 * begins there. From then on its buffer counts, also if nobody reads it.
	 */
	synchronized void begin() {
		while (this.until == null && this.page.size() < READ_AT_ONCE && this.pageBytes < PageSize.MAX_BYTES) {
			if (!readPage()) {
				join();
			}
		}
	}

	private void join() {
		if (this.until == null) {
			Map<Integer, PartitionCursor> read = new TreeMap<>();
			this.cursors.forEach((partition, cursor) -> read.put(partition, cursor.position()));
			this.until = this.changes.join(this.intake, read);
		}
	}

	private boolean isDone() {
		return this.until != null && this.until.isEmpty();
	}

	/**
	 * Reads what is next in each partition.
	 * @return whether there was something
	 */
	private boolean readPage() {
		boolean found = false;
		for (Map.Entry<Integer, LogCursor> partition : this.cursors.entrySet()) {
			if (this.until == null) {
				List<LoggedChange> changes = this.log.read(partition.getValue());
				changes.forEach(this::take);
				found |= !changes.isEmpty();
			}
			else {
				KvPosition end = this.until.get(partition.getKey());
				found |= end != null && readUpTo(partition.getValue(), end);
			}
		}
		return found;
	}

	private boolean readUpTo(LogCursor cursor, KvPosition end) {
		List<LoggedChange> changes = isAt(cursor, end) ? List.of() : this.log.read(cursor);
		changes.stream().filter((change) -> change.position().compareTo(end) <= 0).forEach(this::take);
		if (this.until != null && (changes.isEmpty() || isAt(cursor, end))) {
			this.until.remove(end.partition());
		}
		return !changes.isEmpty();
	}

	private static boolean isAt(LogCursor cursor, KvPosition end) {
		return cursor.position().position().compareTo(end) >= 0;
	}

	private void take(LoggedChange change) {
		if (change.key().startsWith(this.intake.prefix()) && this.filter.test(change)) {
			KvEvent event = this.log.events().logged(change);
			if (this.intake.isChosen(event)) {
				this.page.add(event);
				this.pageBytes += change.bytes();
			}
		}
	}

}
