package io.github.kvevents.log.change;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.PageSize;

/**
 * The changes that the feed read last. Who joins while others write is always a little
 * behind: it gets these.
 */
final class RecentChanges {

	private final Deque<LoggedChange> changes = new ArrayDeque<>();

	private final int capacity;

	private long bytes;

	private final Consumer<KvPosition> onForget;

	RecentChanges(int capacity, Consumer<KvPosition> onForget) {
		this.capacity = capacity;
		this.onForget = onForget;
	}

	void add(List<LoggedChange> changes) {
		for (LoggedChange change : changes) {
			this.changes.add(change);
			this.bytes += change.bytes();
		}
		while (this.changes.size() > this.capacity || this.bytes > PageSize.readAheadBytes(1)) {
			LoggedChange forgotten = this.changes.removeFirst();
			this.bytes -= forgotten.bytes();
			this.onForget.accept(forgotten.position());
		}
	}

	List<LoggedChange> behind(KvPosition position) {
		List<LoggedChange> behind = new ArrayList<>();
		for (LoggedChange change : this.changes) {
			if (change.position().partition() == position.partition() && change.position().compareTo(position) > 0) {
				behind.add(change);
			}
		}
		return behind;
	}

	void forget(int partition) {
		this.changes.removeIf((change) -> change.position().partition() == partition);
		this.bytes = this.changes.stream().mapToLong(LoggedChange::bytes).sum();
	}

	void clear() {
		this.changes.clear();
		this.bytes = 0;
	}

}
