package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.event.EventLogStore;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.store.Lifetimes;

/**
 * Event logs in memory, all under one lock.
 */
public final class MemoryEventLogStore implements EventLogStore {

	private final Clock clock;

	private final Map<String, MemoryLog> logs = new HashMap<>();

	private long logsMade;

	/** The number of additions, which readers wait for. */
	private long adds;

	/**
	 * Creates a store without any log.
	 * @param clock determines the time of ids and expires logs
	 */
	public MemoryEventLogStore(Clock clock) {
		Assert.notNull(clock, "'clock' must not be null");
		this.clock = clock;
	}

	@Override
	public synchronized List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options) {
		MemoryLog target = find(log);
		if (target == null) {
			target = new MemoryLog(++this.logsMade);
			this.logs.put(log, target);
		}
		long now = this.clock.millis();
		List<EntryId> ids = new ArrayList<>();
		for (List<byte[]> fields : entries) {
			ids.add(target.add(now, fields));
		}
		target.trim(options.getMaxLength());
		if (options.getTimeToLiveAfterLastAdd() != null) {
			target.deadline = now + Lifetimes.toMillis(options.getTimeToLiveAfterLastAdd());
		}
		this.adds++;
		notifyAll();
		return ids;
	}

	@Override
	public synchronized List<StoredEntry> last(String log, EntryId from, int max) {
		List<StoredEntry> entries = new ArrayList<>(entries(log).tailMap(from, true).values());
		return new ArrayList<>(entries.subList(Math.max(0, entries.size() - max), entries.size()));
	}

	@Override
	public synchronized List<StoredEntry> before(String log, EntryId id) {
		Map.Entry<EntryId, StoredEntry> entry = entries(log).lowerEntry(id);
		return (entry != null) ? List.of(entry.getValue()) : List.of();
	}

	@Override
	public synchronized List<StoredEntry> after(String log, EntryId id, int max) {
		return entries(log).tailMap(id, false).values().stream().limit(max).toList();
	}

	@Override
	public Reader openReader() {
		return new MemoryReader();
	}

	/**
	 * Remembers the entries of all logs. To be called, and run, while nothing else uses
	 * this store.
	 * @return restores them; ids continue behind those that were used
	 */
	public synchronized Runnable save() {
		Map<String, MemoryLog> saved = new HashMap<>();
		this.logs.forEach((name, log) -> saved.put(name, new MemoryLog(log)));
		return () -> restore(saved);
	}

	private synchronized void restore(Map<String, MemoryLog> saved) {
		saved.forEach((name, log) -> this.logs.putIfAbsent(name, new MemoryLog(log)));
		this.logs.forEach((name, log) -> log.restore(saved.get(name)));
	}

	private NavigableMap<EntryId, StoredEntry> entries(String log) {
		MemoryLog found = find(log);
		return (found != null) ? found.entries : new TreeMap<>();
	}

	private @Nullable MemoryLog find(String log) {
		MemoryLog found = this.logs.get(log);
		if (found != null && found.deadline <= this.clock.millis()) {
			this.logs.remove(log);
			return null;
		}
		return found;
	}

	/**
	 * One log.
	 */
	private static final class MemoryLog {

		private final NavigableMap<EntryId, StoredEntry> entries = new TreeMap<>();

		private final long origin;

		private long number;

		private EntryId lastId = EntryId.ZERO;

		private long deadline = Long.MAX_VALUE;

		private MemoryLog(long origin) {
			this.origin = origin;
		}

		private MemoryLog(MemoryLog other) {
			this(other.origin);
			this.number = other.number;
			this.lastId = other.lastId;
			restore(other);
		}

		private void restore(@Nullable MemoryLog other) {
			this.entries.clear();
			if (other != null) {
				this.entries.putAll(other.entries);
			}
			this.deadline = (other != null) ? other.deadline : Long.MAX_VALUE;
		}

		private EntryId add(long now, List<byte[]> fields) {
			// also after the clock was set back
			this.lastId = (now > this.lastId.millis()) ? new EntryId(now, 0) : this.lastId.next();
			this.entries.put(this.lastId,
					new StoredEntry(this.lastId, ++this.number, this.origin, List.copyOf(fields)));
			return this.lastId;
		}

		private void trim(int maxLength) {
			while (this.entries.size() > maxLength) {
				this.entries.pollFirstEntry();
			}
		}

	}

	/**
	 * Waits for additions.
	 */
	private final class MemoryReader implements Reader {

		@Override
		public Map<String, List<StoredEntry>> read(Map<String, EntryId> positions, Duration wait) {
			synchronized (MemoryEventLogStore.this) {
				Map<String, List<StoredEntry>> found = find(positions);
				if (found.isEmpty()) {
					awaitAdd(wait.toNanos());
					found = find(positions);
				}
				return found;
			}
		}

		private Map<String, List<StoredEntry>> find(Map<String, EntryId> positions) {
			Map<String, List<StoredEntry>> found = new HashMap<>();
			positions.forEach((log, position) -> {
				List<StoredEntry> entries = after(log, position, Integer.MAX_VALUE);
				if (!entries.isEmpty()) {
					found.put(log, entries);
				}
			});
			return found;
		}

		private void awaitAdd(long nanos) {
			long seen = MemoryEventLogStore.this.adds;
			long end = System.nanoTime() + nanos;
			try {
				while (MemoryEventLogStore.this.adds == seen && end - System.nanoTime() > 0) {
					TimeUnit.NANOSECONDS.timedWait(MemoryEventLogStore.this, end - System.nanoTime());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public Map<String, LogEnd> check(Collection<String> logs) {
			synchronized (MemoryEventLogStore.this) {
				Map<String, LogEnd> ends = new HashMap<>();
				for (String log : logs) {
					MemoryLog found = MemoryEventLogStore.this.find(log);
					ends.put(log, new LogEnd((found != null) ? found.lastId : EntryId.ZERO, ""));
				}
				return ends;
			}
		}

		@Override
		public void close() {
			// nothing to release
		}

	}

}
