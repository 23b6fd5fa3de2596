package io.github.kvevents.sample.audit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.springframework.stereotype.Component;

/**
 * The newest entries, in memory. The hook could as well write to a database: it is async,
 * so that no writer of a key waits for it. Writing with {@code KvTemplate} from here
 * would make events of its own, and the hook would have to leave those out by a prefix.
 */
@Component
class AuditTrail {

	static final int CAPACITY = 1000;

	private final Deque<AuditEntry> entries = new ArrayDeque<>(CAPACITY);

	synchronized void add(AuditEntry entry) {
		if (this.entries.size() == CAPACITY) {
			this.entries.removeLast();
		}
		this.entries.addFirst(entry);
	}

	synchronized List<AuditEntry> newestFirst() {
		return List.copyOf(this.entries);
	}

}
