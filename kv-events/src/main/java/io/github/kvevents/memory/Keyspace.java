package io.github.kvevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.KvPosition;
import io.github.kvevents.memory.Deadlines.Deadline;
import io.github.kvevents.store.ExpiringStore.ExpiredKey;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.WriteHeaders;

/**
 * The keys. Changes each key atomically, together with its deadline and, if there is one,
 * the change log.
 */
final class Keyspace {

	private final Map<String, Entry> entries = new ConcurrentHashMap<>();

	private final Clock clock;

	private final Deadlines deadlines;

	private final ExpiryDelivery delivery;

	private final @Nullable MemoryChangeLog log;

	private final boolean logExpiries;

	private volatile boolean keepsLastValues = true;

	/**
	 * Creates an empty keyspace.
	 * @param logExpiries whether the log, if there is one, records expiries
	 */
	Keyspace(Clock clock, Deadlines deadlines, ExpiryDelivery delivery, @Nullable MemoryChangeLog log,
			boolean logExpiries) {
		this.clock = clock;
		this.deadlines = deadlines;
		this.delivery = delivery;
		this.log = log;
		this.logExpiries = logExpiries;
	}

	void dropLastValues() {
		this.keepsLastValues = false;
	}

	int size() {
		return this.entries.size();
	}

	@Nullable Entry find(String key) {
		return live(this.entries.get(KvKeys.requireValid(key)));
	}

	Stream<String> keys(String prefix) {
		return this.entries.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().startsWith(prefix) && live(entry.getValue()) != null)
			.map(Map.Entry::getKey);
	}

	/**
	 * Expires the keys whose deadline has passed.
	 */
	void sweep() {
		Deadline deadline = this.deadlines.earliest();
		while (deadline != null && deadline.isDue(this.clock.millis())) {
			touch(deadline.key(), UnaryOperator.identity());
			deadline = this.deadlines.earliest();
		}
	}

	/**
	 * Expires the key whose deadline is the earliest, if that has passed.
	 */
	void expireFirst() {
		Deadline deadline = this.deadlines.earliest();
		if (deadline != null && deadline.isDue(this.clock.millis())) {
			touch(deadline.key(), UnaryOperator.identity());
		}
	}

	/**
	 * Remembers all keys.
	 * @return restores them, and nothing else
	 */
	Runnable save() {
		Map<String, Entry> saved = Map.copyOf(this.entries);
		return () -> {
			this.entries.values().forEach((entry) -> this.deadlines.replace(entry.deadline(), null));
			this.entries.clear();
			this.entries.putAll(saved);
			saved.values().forEach((entry) -> this.deadlines.replace(null, entry.deadline()));
		};
	}

	/**
	 * Changes a key without its value.
	 */
	Change touch(String key, UnaryOperator<@Nullable Entry> work) {
		return change(key, ChangeCause.SET, work);
	}

	/**
	 * Changes a key. A key past its deadline expires first, so that the change finds an
	 * absent key; whichever thread detects the expiry delivers it, once.
	 */
	Change change(String key, ChangeCause cause, UnaryOperator<@Nullable Entry> work) {
		KvKeys.requireValid(key);
		Change change = new Change();
		if (this.log != null) {
			this.log.change(key, () -> apply(key, cause, work, change));
		}
		else {
			apply(key, cause, work, change);
		}
		if (change.undelivered != null) {
			this.delivery.deliver(change.undelivered);
		}
		return change;
	}

	private void apply(String key, ChangeCause cause, UnaryOperator<@Nullable Entry> work, Change change) {
		this.entries.compute(key, (name, stored) -> {
			Entry current = live(stored);
			Entry next = work.apply(current);
			Deadline deadline = Entry.deadlineOf(stored);
			this.deadlines.replace(deadline, Entry.deadlineOf(next));
			if (stored != null && deadline != null && current == null) {
				change.undelivered = queue(expired(deadline, stored));
			}
			change.before = current;
			change.after = next;
			if (this.log != null) {
				this.log.append(cause, key, change);
			}
			return next;
		});
	}

	private @Nullable Entry live(@Nullable Entry entry) {
		return (entry != null && !entry.isDue(this.clock.millis())) ? entry : null;
	}

	/**
	 * Queues an expiry while the key is locked, so that the expiries of a key keep their
	 * order; if the caller has to deliver it, it does so after the key is unlocked.
	 */
	private @Nullable ExpiredKey queue(ExpiredKey expired) {
		return this.delivery.queue(expired) ? null : expired;
	}

	private ExpiredKey expired(Deadline deadline, Entry entry) {
		byte[] lastValue = this.keepsLastValues ? entry.value() : null;
		Instant time = Instant.ofEpochMilli(deadline.millis());
		Duration lateness = Duration.ofMillis(Math.max(0, this.clock.millis() - deadline.millis()));
		KvPosition position = (this.log != null && this.logExpiries)
				? this.log.appendExpiry(deadline.key(), lastValue, entry.headers(), time, time.plus(lateness)) : null;
		return new ExpiredKey(deadline.key(), lastValue, time, lateness, position, entry.headers());
	}

	/**
	 * The operation that changes a key, for the change log.
	 *
	 * @param type the type of its event
	 * @param batch the batch that it is part of, {@code null} for none
	 */
	record ChangeCause(KvEventType type, @Nullable KvBatch batch) {

		static final ChangeCause SET = new ChangeCause(KvEventType.SET, null);

		static final ChangeCause DELETE = new ChangeCause(KvEventType.DELETE, null);

		static ChangeCause of(StoreWrite write) {
			return new ChangeCause(write.type(), write.batch());
		}

		static ChangeCause of(StoreDelete delete) {
			return new ChangeCause((delete.batch() != null) ? KvEventType.BATCH_DELETE : KvEventType.DELETE,
					delete.batch());
		}

	}

	/**
	 * The state of a key before and after a change, filled while the key is locked.
	 */
	static final class Change {

		@Nullable Entry before;

		@Nullable Entry after;

		/** The position in the log, if anything changed and there is a log. */
		@Nullable KvPosition position;

		/**
		 * The expiry that the change detected, if the listener still has to receive it.
		 */
		@Nullable ExpiredKey undelivered;

		/**
		 * Whether the key was changed: each write creates a new entry.
		 */
		boolean isApplied() {
			return this.before != this.after;
		}

	}

	/**
	 * The value and deadline of a key. Compared by identity: each write creates a new
	 * one.
	 */
	static final class Entry {

		private final byte[] value;

		private final @Nullable Deadline deadline;

		/** Those of the operation that wrote it, for its expiry. */
		private final KvHeaders headers;

		Entry(byte[] value, @Nullable Deadline deadline) {
			this.value = value;
			this.deadline = deadline;
			this.headers = (deadline != null) ? WriteHeaders.current() : KvHeaders.NONE;
		}

		byte[] value() {
			return this.value;
		}

		KvHeaders headers() {
			return this.headers;
		}

		@Nullable Deadline deadline() {
			return this.deadline;
		}

		boolean isDue(long now) {
			return this.deadline != null && this.deadline.isDue(now);
		}

		static byte @Nullable [] valueOf(@Nullable Entry entry) {
			return (entry != null) ? entry.value : null;
		}

		static @Nullable Deadline deadlineOf(@Nullable Entry entry) {
			return (entry != null) ? entry.deadline : null;
		}

	}

}
