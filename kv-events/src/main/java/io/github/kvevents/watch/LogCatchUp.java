package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;
import io.github.kvevents.watch.LogAccess.LogPage;

/**
 * Reads the log up to its end for a watch, then has it join the feed, then reads what the
 * feed had read by then.
 */
final class LogCatchUp implements ReplaySource {

	private static final int READ_AT_ONCE = 1_000;

	private final LogChanges changes;

	private final LogAccess log;

	private final LogIntake intake;

	private final Map<Integer, KvPosition> positions;

	/**
	 * Partitions that have an entry at their position, as long as nothing is lost.
	 */
	private final Set<Integer> seen = new HashSet<>();

	private final Deque<KvEvent> page = new ArrayDeque<>(0);

	/** How much was read as the watch opened. */
	private long pageBytes;

	private Predicate<LoggedChange> filter = (change) -> true;

	/**
	 * Up to where there is to read, {@code null} before the watch joined.
	 */
	private @Nullable Map<Integer, KvPosition> until;

	LogCatchUp(LogChanges changes, LogAccess log, LogIntake intake, Map<Integer, KvPosition> start) {
		this.changes = changes;
		this.log = log;
		this.intake = intake;
		this.positions = new TreeMap<>(start);
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
			this.until = this.changes.join(this.intake, this.positions);
		}
	}

	private boolean isDone() {
		Map<Integer, KvPosition> until = this.until;
		if (until == null) {
			return false;
		}
		return this.positions.values()
			.stream()
			.allMatch((position) -> position.compareTo(until.getOrDefault(position.partition(), position)) >= 0);
	}

	/**
	 * Reads what is next in each partition.
	 * @return whether there was something
	 */
	private boolean readPage() {
		boolean found = false;
		for (KvPosition position : List.copyOf(this.positions.values())) {
			KvPosition end = (this.until != null) ? this.until.get(position.partition()) : null;
			if (end != null && position.compareTo(end) >= 0) {
				continue;
			}
			List<LoggedChange> changes = read(position);
			changes.forEach((change) -> take(change, end));
			found |= !changes.isEmpty();
			if (end != null && changes.isEmpty()) {
				this.positions.put(position.partition(), end);
			}
		}
		return found;
	}

	private List<LoggedChange> read(KvPosition position) {
		LogPage page = this.log.read(position, this.seen.contains(position.partition()));
		if (page.found() || !page.changes().isEmpty()) {
			this.seen.add(position.partition());
		}
		return page.changes();
	}

	private void take(LoggedChange change, @Nullable KvPosition end) {
		int partition = change.position().partition();
		if (end != null && change.position().compareTo(end) > 0) {
			this.positions.put(partition, end);
			return;
		}
		this.positions.put(partition, change.position());
		if (change.key().startsWith(this.intake.prefix()) && this.filter.test(change)) {
			KvEvent event = this.log.events().logged(change);
			if (this.intake.isChosen(event)) {
				this.page.add(event);
				this.pageBytes += change.bytes();
			}
		}
	}

}
