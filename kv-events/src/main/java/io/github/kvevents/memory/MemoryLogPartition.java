package io.github.kvevents.memory;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * One partition of the change log. Each change of a key of the partition holds its lock,
 * so that values and log can be read atomically.
 */
final class MemoryLogPartition {

	final ReentrantLock lock = new ReentrantLock();

	private final NavigableMap<KvPosition, LoggedChange> entries = new TreeMap<>();

	private final long maxLength;

	private KvPosition last;

	private long added;

	MemoryLogPartition(int partition, long maxLength) {
		this.maxLength = maxLength;
		this.last = new KvPosition(partition, 0, 0);
	}

	/**
	 * The position of the next entry: after the last one, also if the clock was set back.
	 */
	KvPosition next(long now) {
		return (now > this.last.millis()) ? new KvPosition(this.last.partition(), now, 0)
				: ChangeLogStore.next(this.last);
	}

	void add(LoggedChange entry) {
		this.last = entry.position();
		this.entries.put(this.last, entry);
		this.added++;
		while (this.entries.size() > this.maxLength) {
			this.entries.pollFirstEntry();
		}
	}

	List<LoggedChange> read(KvPosition after, int limit) {
		this.lock.lock();
		try {
			return this.entries.tailMap(after, false).values().stream().limit(limit).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	LogState getState() {
		this.lock.lock();
		try {
			return new LogState(this.entries.isEmpty() ? null : this.entries.firstKey(), this.last, this.entries.size(),
					this.added);
		}
		finally {
			this.lock.unlock();
		}
	}

	void trim(KvPosition before) {
		this.lock.lock();
		try {
			this.entries.headMap(before, false).clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	KvPosition last() {
		return this.last;
	}

}
