package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;
import io.github.kvevents.memory.Keyspace.Change;
import io.github.kvevents.memory.Keyspace.ChangeCause;
import io.github.kvevents.memory.Keyspace.Entry;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.WriteHeaders;

/**
 * The change log of the keys in memory. It never exceeds its maximum length.
 */
final class MemoryChangeLog implements ChangeLogStore {

	private final ChangeLogSettings settings;

	private final Clock clock;

	private final Function<String, byte @Nullable []> values;

	private final List<MemoryLogPartition> partitions = new ArrayList<>();

	private final Object monitor = new Object();

	/** The number of additions, which tails wait for. */
	private long adds;

	/**
	 * Creates an empty log.
	 * @param values reads the value of a key
	 */
	MemoryChangeLog(ChangeLogSettings settings, Clock clock, Function<String, byte @Nullable []> values) {
		this.settings = settings;
		this.clock = clock;
		this.values = values;
		for (int partition = 0; partition < settings.namespace().partitions(); partition++) {
			this.partitions.add(new MemoryLogPartition(partition, settings.maxLength()));
		}
	}

	@Override
	public ChangeLogSettings getSettings() {
		return this.settings;
	}

	/**
	 * Runs work that may change a key, under the lock of its partition. Entries of the
	 * key may be appended only within.
	 */
	void change(String key, Runnable work) {
		MemoryLogPartition partition = partitionOf(key);
		partition.lock.lock();
		try {
			work.run();
		}
		finally {
			partition.lock.unlock();
		}
	}

	/**
	 * Appends an entry for a write or a removal, if it changed anything.
	 */
	void append(ChangeCause cause, String key, Change change) {
		byte[] before = Entry.valueOf(change.before);
		byte[] after = Entry.valueOf(change.after);
		if (Arrays.equals(before, after)) {
			return;
		}
		KvPosition position = partitionOf(key).next(this.clock.millis());
		// not that of the position, which never goes back
		Instant time = Instant.ofEpochMilli(this.clock.millis());
		add(new LoggedChange(position, cause.type(), key, after, before, this.settings.instanceId(),
				UUID.randomUUID().toString(), time, time, cause.batch(), WriteHeaders.current()));
		change.position = position;
	}

	KvPosition appendExpiry(String key, byte @Nullable [] lastValue, KvHeaders headers, Instant deadline,
			Instant detectedAt) {
		KvPosition position = partitionOf(key).next(this.clock.millis());
		add(new LoggedChange(position, KvEventType.EXPIRED, key, null, lastValue, this.settings.instanceId(),
				UUID.randomUUID().toString(), deadline, detectedAt, null, headers));
		return position;
	}

	private void add(LoggedChange entry) {
		partition(entry.position().partition()).add(entry);
		synchronized (this.monitor) {
			this.adds++;
			this.monitor.notifyAll();
		}
	}

	@Override
	public List<LoggedChange> read(KvPosition after, int limit) {
		return partition(after.partition()).read(after, limit);
	}

	@Override
	public long millis() {
		return this.clock.millis();
	}

	@Override
	public LogState getState(int partition) {
		return partition(partition).getState();
	}

	@Override
	public LogSnapshot snapshot(int partition, List<String> keys) {
		MemoryLogPartition log = partition(partition);
		log.lock.lock();
		try {
			return new LogSnapshot(keys.stream().map((key) -> Optional.ofNullable(this.values.apply(key))).toList(),
					log.last());
		}
		finally {
			log.lock.unlock();
		}
	}

	@Override
	public void trim(KvPosition before) {
		partition(before.partition()).trim(before);
	}

	@Override
	public Tail openTail() {
		return new MemoryTail();
	}

	private MemoryLogPartition partitionOf(String key) {
		return this.partitions.get(this.settings.namespace().partitionOf(key));
	}

	private MemoryLogPartition partition(int partition) {
		Assert.isTrue(partition >= 0 && partition < this.partitions.size(),
				() -> "'partition' must be from 0 to %d, but is %d".formatted(this.partitions.size() - 1, partition));
		return this.partitions.get(partition);
	}

	/**
	 * Waits for entries to be added.
	 */
	private final class MemoryTail implements Tail {

		private boolean closed;

		@Override
		public Map<Integer, TailRead> read(Map<Integer, KvPosition> after, int limit, Duration timeout) {
			long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
			while (true) {
				long seen = adds();
				Map<Integer, TailRead> found = find(after, limit);
				if (!found.isEmpty() || !awaitAdd(seen, end)) {
					return found;
				}
			}
		}

		private Map<Integer, TailRead> find(Map<Integer, KvPosition> after, int limit) {
			Map<Integer, TailRead> found = new HashMap<>();
			after.forEach((partition, position) -> {
				List<LoggedChange> entries = MemoryChangeLog.this.read(position, limit);
				if (!entries.isEmpty()) {
					found.put(partition, new TailRead(entries, List.of()));
				}
			});
			return found;
		}

		private long adds() {
			synchronized (MemoryChangeLog.this.monitor) {
				return MemoryChangeLog.this.adds;
			}
		}

		/**
		 * Waits for an entry to be added after the given number of additions.
		 * @return whether there may be new entries
		 */
		private boolean awaitAdd(long seen, long end) {
			synchronized (MemoryChangeLog.this.monitor) {
				try {
					long left = end - System.nanoTime();
					while (MemoryChangeLog.this.adds == seen && !this.closed && left > 0) {
						TimeUnit.NANOSECONDS.timedWait(MemoryChangeLog.this.monitor, left);
						left = end - System.nanoTime();
					}
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					return false;
				}
				return MemoryChangeLog.this.adds != seen;
			}
		}

		@Override
		public void close() {
			synchronized (MemoryChangeLog.this.monitor) {
				this.closed = true;
				MemoryChangeLog.this.monitor.notifyAll();
			}
		}

	}

}
