package io.github.kvevents.store.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.store.DeadlineSummary;
import io.github.kvevents.store.ExpiredKey;
import io.github.kvevents.store.ExpiringStore;
import io.github.kvevents.store.ExpiryListener;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.Lifetimes;
import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreDelete;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Keys in this JVM; they are gone when it ends. A key past its deadline is gone for every
 * operation at once. The listener hears of it from the thread {@code kv-memory-expiry},
 * or earlier from the operation that comes across it. While the store isn't running it
 * works all the same, but a key whose time has come is reported only by {@link #sweep()}
 * or such an operation, and on their thread.
 */
public final class MemoryKvStore implements KvStore, ExpiringStore, SmartLifecycle {

	private final Map<String, Entry> entries = new ConcurrentHashMap<>();

	private final Clock clock;

	private final Deadlines deadlines;

	private final ExpiryLoop loop;

	private final ExpiryDelivery delivery = new ExpiryDelivery();

	private volatile boolean running;

	/**
	 * Creates an empty store that goes by the system's clock.
	 */
	public MemoryKvStore() {
		this(Clock.systemUTC());
	}

	/**
	 * Creates an empty store.
	 * @param clock tells when a key's time has come, in milliseconds' precision
	 */
	public MemoryKvStore(Clock clock) {
		Assert.notNull(clock, "'clock' must not be null");
		this.clock = clock;
		this.deadlines = new Deadlines(this::wake);
		this.loop = new ExpiryLoop(clock, this::sweep, this.deadlines::earliest);
	}

	@Override
	public String getName() {
		return "memory";
	}

	@Override
	public StoreOutcome set(StoreWrite write) {
		Change change = change(write.key(), (current) -> {
			boolean allowed = switch (write.condition()) {
				case ALWAYS -> true;
				case IF_ABSENT -> current == null;
				case IF_PRESENT -> current != null;
			};
			return allowed ? new Entry(write.value(), deadline(write, current)) : current;
		});
		return new StoreOutcome(change.isApplied(), Entry.valueOf(change.before));
	}

	private @Nullable Deadline deadline(StoreWrite write, @Nullable Entry current) {
		if (write.timeToLive() != null) {
			return deadline(write.key(), write.timeToLive());
		}
		if (write.expireAt() != null) {
			return this.deadlines.create(write.key(), Lifetimes.toEpochMillis(write.expireAt()));
		}
		return write.keepTimeToLive() ? Entry.deadlineOf(current) : null;
	}

	private Deadline deadline(String key, Duration timeToLive) {
		return this.deadlines.create(key, this.clock.millis() + Lifetimes.toMillis(timeToLive));
	}

	@Override
	public StoreBatch<StoreOutcome> setAll(List<StoreWrite> writes) {
		writes.forEach((write) -> KvKeys.requireValid(write.key()));
		return new StoreBatch<>(writes.stream().map(this::set).toList(), null);
	}

	@Override
	public byte @Nullable [] get(String key) {
		return Entry.valueOf(live(this.entries.get(KvKeys.requireValid(key))));
	}

	@Override
	public List<Optional<byte[]>> getAll(Collection<String> keys) {
		return keys.stream().map((key) -> Optional.ofNullable(get(key))).toList();
	}

	@Override
	public StoreOutcome delete(String key) {
		byte[] lastValue = Entry.valueOf(change(key, (current) -> null).before);
		return new StoreOutcome(lastValue != null, lastValue);
	}

	@Override
	public StoreBatch<StoreOutcome> deleteAll(List<StoreDelete> deletes) {
		deletes.forEach((delete) -> KvKeys.requireValid(delete.key()));
		return new StoreBatch<>(deletes.stream().map((delete) -> delete(delete.key())).toList(), null);
	}

	@Override
	public StoreOutcome compareAndSet(String key, byte @Nullable [] expected, byte @Nullable [] value) {
		Change change = change(key, (current) -> {
			if (!Arrays.equals(Entry.valueOf(current), expected)) {
				return current;
			}
			return (value != null) ? new Entry(value, Entry.deadlineOf(current)) : null;
		});
		byte[] before = Entry.valueOf(change.before);
		return new StoreOutcome(Arrays.equals(before, expected), before);
	}

	@Override
	public boolean exists(String key) {
		return get(key) != null;
	}

	@Override
	public @Nullable Duration getTimeToLive(String key) {
		Deadline deadline = Entry.deadlineOf(live(this.entries.get(KvKeys.requireValid(key))));
		return (deadline != null) ? Duration.ofMillis(Math.max(0, deadline.millis() - this.clock.millis())) : null;
	}

	@Override
	public boolean expire(String key, Duration timeToLive) {
		return change(key, (current) -> (current != null) ? new Entry(current.value(), deadline(key, timeToLive))
				: null).after != null;
	}

	@Override
	public boolean persist(String key) {
		Change change = change(key, (current) -> (current != null && current.deadline() != null)
				? new Entry(current.value(), null) : current);
		return change.isApplied();
	}

	@Override
	public Stream<String> keys(String prefix) {
		KvKeys.requireValidPrefix(prefix);
		return this.entries.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().startsWith(prefix) && live(entry.getValue()) != null)
			.map(Map.Entry::getKey);
	}

	@Override
	public Map<String, Object> ping() {
		return Map.of("keys", this.entries.size());
	}

	@Override
	public void setExpiryListener(@Nullable ExpiryListener listener) {
		this.delivery.setListener(listener);
	}

	@Override
	public DeadlineSummary summarizeDeadlines() {
		return this.deadlines.summarize(this.clock.millis());
	}

	/**
	 * Ends the keys whose time has come. The store's own thread does it when it runs; a
	 * test that drives the clock does it itself.
	 */
	public void sweep() {
		Deadline deadline = this.deadlines.earliest();
		while (deadline != null && deadline.isDue(this.clock.millis())) {
			change(deadline.key(), UnaryOperator.identity());
			deadline = this.deadlines.earliest();
		}
	}

	@Override
	public synchronized void start() {
		if (!this.running) {
			this.delivery.start();
			this.loop.start();
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

	private @Nullable Entry live(@Nullable Entry entry) {
		return (entry != null && !entry.isDue(this.clock.millis())) ? entry : null;
	}

	/**
	 * Changes a key atomically. A lifetime that is over ends before, so that the change
	 * meets an absent key, and the end is told once, by whoever comes first.
	 */
	private Change change(String key, UnaryOperator<@Nullable Entry> work) {
		Change change = new Change();
		this.entries.compute(KvKeys.requireValid(key), (name, stored) -> {
			Entry current = live(stored);
			Entry next = work.apply(current);
			Deadline deadline = Entry.deadlineOf(stored);
			this.deadlines.replace(deadline, Entry.deadlineOf(next));
			if (stored != null && deadline != null && current == null) {
				change.untold = queue(expired(deadline, stored.value()));
			}
			change.before = current;
			change.after = next;
			return next;
		});
		if (change.untold != null) {
			this.delivery.deliver(change.untold);
		}
		return change;
	}

	/**
	 * Queued while the key is held, so that the ends of a key's lifetimes keep their
	 * order; a listener that has to be called here must wait until the key is free.
	 */
	private @Nullable ExpiredKey queue(ExpiredKey expired) {
		return this.delivery.queue(expired) ? null : expired;
	}

	private ExpiredKey expired(Deadline deadline, byte[] value) {
		Instant time = Instant.ofEpochMilli(deadline.millis());
		Duration lateness = Duration.ofMillis(Math.max(0, this.clock.millis() - deadline.millis()));
		return new ExpiredKey(deadline.key(), value, time, lateness);
	}

}
