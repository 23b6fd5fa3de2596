package io.github.kvevents.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;

/**
 * The changes that the feed read last. Who joins while others write is always a little
 * behind: it gets these.
 */
final class RecentChanges {

	private final Deque<LoggedChange> changes = new ArrayDeque<>();

	private final int capacity;

	private final Consumer<KvPosition> onForget;

	RecentChanges(int capacity, Consumer<KvPosition> onForget) {
		this.capacity = capacity;
		this.onForget = onForget;
	}

	void add(List<LoggedChange> changes) {
		this.changes.addAll(changes);
		while (this.changes.size() > this.capacity) {
			this.onForget.accept(this.changes.removeFirst().position());
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
	}

	void clear() {
		this.changes.clear();
	}

}
