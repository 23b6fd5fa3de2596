package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.memory.Deadlines.Deadline;
import io.github.kvevents.memory.Keyspace.Change;
import io.github.kvevents.memory.Keyspace.ChangeCause;
import io.github.kvevents.memory.Keyspace.Entry;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ExpiringStore;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.DrivenTime;

/**
 * Keeps keys in this JVM, which are lost when it ends. A key past its deadline is absent
 * for every operation at once. The thread {@code kv-memory-expiry} reports its expiry to
 * the listener, or an operation that detects it earlier. A store that is not running, or
 * whose time a test drives, works too, but reports expiries only from {@link #sweep()},
 * {@link #beginDue()} or such an operation, on their thread.
 */
public final class MemoryKvStore implements KvStore, ExpiringStore, BackgroundWork, SmartLifecycle {

	private final Clock clock;

	private final Deadlines deadlines;

	private final ExpiryLoop loop;

	private final ExpiryDelivery delivery = new ExpiryDelivery();

	private final @Nullable MemoryChangeLog log;

	private final Keyspace keys;

	private final boolean driven;

	private volatile boolean running;

	/**
	 * Creates an empty store with the system clock.
	 */
	public MemoryKvStore() {
		this(Clock.systemUTC());
	}

	/**
	 * Creates an empty store.
	 * @param clock determines when keys expire, in milliseconds' precision
	 */
	public MemoryKvStore(Clock clock) {
		this(clock, null);
	}

	/**
	 * Creates an empty store, with a change log.
	 * @param clock determines when keys expire, and the time of log entries, in
	 * milliseconds' precision
	 * @param log the settings of the change log, {@code null} for no log
	 */
	public MemoryKvStore(Clock clock, @Nullable ChangeLogSettings log) {
		this(clock, log, true);
	}

	/**
	 * Creates an empty store, with a change log.
	 * @param clock determines when keys expire, and the time of log entries, in
	 * milliseconds' precision
	 * @param log the settings of the change log, {@code null} for no log
	 * @param logExpiries whether the log records expiries
	 */
	public MemoryKvStore(Clock clock, @Nullable ChangeLogSettings log, boolean logExpiries) {
		this(clock, log, logExpiries, false);
	}

	/**
	 * Creates an empty store whose time a test drives.
	 * @param time determines when keys are due, and the time of log entries
	 * @param log the settings of the change log, {@code null} for no log
	 * @param logExpiries whether the log records expiries
	 */
	public MemoryKvStore(DrivenTime time, @Nullable ChangeLogSettings log, boolean logExpiries) {
		this(time.clock(), log, logExpiries, true);
	}

	private MemoryKvStore(Clock clock, @Nullable ChangeLogSettings log, boolean logExpiries, boolean driven) {
		Assert.notNull(clock, "'clock' must not be null");
		this.clock = clock;
		this.driven = driven;
		this.deadlines = new Deadlines(clock, this::wake);
		this.loop = new ExpiryLoop(clock, this::sweep, this.deadlines::earliest);
		this.log = (log != null) ? new MemoryChangeLog(log, clock, this::get) : null;
		this.keys = new Keyspace(clock, this.deadlines, this.delivery, this.log, logExpiries);
	}

	/**
	 * Has expiries passed on, and logged, without the last values of their keys, as a
	 * store does that doesn't keep them. To be called before the store is used.
	 */
	public void dropLastValues() {
		this.keys.dropLastValues();
	}

	@Override
	public boolean carriesHeaders() {
		return true;
	}

	@Override
	public String getName() {
		return "memory";
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		Change change = this.keys.change(write.key(), ChangeCause.of(write), (current) -> {
			boolean allowed = switch (write.condition()) {
				case ALWAYS -> true;
				case IF_ABSENT -> current == null;
				case IF_PRESENT -> current != null;
			};
			return allowed ? new Entry(write.value(), this.deadlines.of(write, Entry.deadlineOf(current))) : current;
		});
		return new StoreOutcome(change.isApplied(), Entry.valueOf(change.before), change.position);
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		writes.forEach((write) -> KvKeys.requireValid(write.key()));
		return new StoreBatch<>(writes.stream().map(this::set).toList(), null);
	}

	@Override
	public byte @Nullable [] get(String key) {
		return Entry.valueOf(this.keys.find(key));
	}

	@Override
	public List<Optional<byte[]>> getAll(Collection<String> keys) {
		return keys.stream().map((key) -> Optional.ofNullable(get(key))).toList();
	}

	@Override
	public StoreOutcome delete(String key) {
		return delete(key, ChangeCause.DELETE);
	}

	private StoreOutcome delete(String key, ChangeCause cause) {
		Change change = this.keys.change(key, cause, (current) -> null);
		byte[] lastValue = Entry.valueOf(change.before);
		return new StoreOutcome(lastValue != null, lastValue, change.position);
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		deletes.forEach((delete) -> KvKeys.requireValid(delete.key()));
		return new StoreBatch<>(deletes.stream().map((delete) -> delete(delete.key(), ChangeCause.of(delete))).toList(),
				null);
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		ChangeCause cause = (value != null) ? ChangeCause.SET : ChangeCause.DELETE;
		Change change = this.keys.change(key, cause, (current) -> {
			if (!Arrays.equals(Entry.valueOf(current), expected)) {
				return current;
			}
			return (value != null) ? new Entry(value, Entry.deadlineOf(current)) : null;
		});
		byte[] before = Entry.valueOf(change.before);
		return new StoreOutcome(Arrays.equals(before, expected), before, change.position);
	}

	@Override
	public boolean exists(String key) {
		return get(key) != null;
	}

	@Override
	public @Nullable Duration getTimeToLive(String key) {
		Deadline deadline = Entry.deadlineOf(this.keys.find(key));
		return (deadline != null) ? Duration.ofMillis(Math.max(0, deadline.millis() - this.clock.millis())) : null;
	}

	@Override
	public boolean expire(String key, Duration timeToLive) {
		return this.keys.touch(key, (current) -> (current != null)
				? new Entry(current.value(), this.deadlines.after(key, timeToLive)) : null).after != null;
	}

	@Override
	public boolean persist(String key) {
		Change change = this.keys.touch(key, (current) -> (current != null && current.deadline() != null)
				? new Entry(current.value(), null) : current);
		return change.isApplied();
	}

	@Override
	public Stream<String> keys(String prefix) {
		KvKeys.requireValidPrefix(prefix);
		return this.keys.keys(prefix);
	}

	@Override
	public Map<String, Object> ping() {
		return Map.of("keys", this.keys.size());
	}

	/**
	 * The change log.
	 * @return the log, always the same
	 * @throws IllegalStateException if this store was created without
	 */
	public ChangeLogStore getChangeLog() {
		Assert.state(this.log != null, "This store keeps no change log: pass its settings to the constructor");
		return this.log;
	}

	@Override
	public void setExpiryListener(@Nullable ExpiryListener listener) {
		this.delivery.setListener(listener);
	}

	@Override
	public DeadlineSummary summarizeDeadlines() {
		return this.deadlines.summarize();
	}

	/**
	 * Expires the keys whose deadline has passed. The thread of the store calls it while
	 * the store runs; a test that drives the clock calls it itself.
	 */
	public void sweep() {
		this.keys.sweep();
	}

	@Override
	public @Nullable Instant nextDue() {
		Deadline earliest = this.driven ? this.deadlines.earliest() : null;
		return (earliest != null) ? Instant.ofEpochMilli(earliest.millis()) : null;
	}

	/**
	 * Expires the key whose deadline is the earliest, if that has passed.
	 */
	@Override
	public void beginDue() {
		this.keys.expireFirst();
	}

	/**
	 * Remembers the keys with their values and deadlines. To be called, and run, while
	 * nothing else uses this store.
	 * @return restores them, without expiries, events or entries in the change log
	 */
	public Runnable save() {
		return this.keys.save();
	}

	@Override
	public synchronized void start() {
		if (!this.running) {
			if (!this.driven) {
				this.delivery.start();
				this.loop.start();
			}
			this.running = true;
		}
	}

	@Override
	public synchronized void stop() {
		if (this.running) {
			this.loop.stop();
			this.delivery.stop();
			this.running = false;
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	private void wake() {
		this.loop.wake();
	}

}
