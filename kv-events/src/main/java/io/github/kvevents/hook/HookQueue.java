package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.hook.QueueRoom.QueueLock;
import io.github.kvevents.support.KeyedQueue;

/**
 * The queue of one asynchronous hook: events of one key are handled one after the other,
 * different keys in parallel by a few workers. A slot for an event can be reserved before
 * the operation is sent, so that nobody waits for room with a lock on the key.
 */
final class HookQueue {

	private final KvOverflow overflow;

	private final int capacity;

	private final BooleanSupplier accepting;

	private final Handler handler;

	private final QueueLock lock;

	private final KeyedQueue<QueuedEvent> pending = new KeyedQueue<>();

	private final QueueRoom room;

	private final QueueWorkers workers;

	private long offered;

	private boolean closed;

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler) {
		this(settings, executor, accepting, handler, new QueueLock());
	}

	HookQueue(HookSettings settings, Executor executor, BooleanSupplier accepting, Handler handler, QueueLock lock) {
		this.lock = lock;
		this.overflow = settings.overflow();
		this.capacity = settings.queueCapacity();
		this.accepting = accepting;
		this.handler = handler;
		this.room = new QueueRoom(this.capacity, this.lock, this.pending::size, this::isOpen);
		this.workers = new QueueWorkers(settings.concurrency(), executor, this.lock, this.pending, handler::run);
	}

	/**
	 * Reserves slots, waiting for them if the policy is to block.
	 * @return how many were reserved, to be given back
	 */
	int reserve(int slots) {
		return (this.overflow == KvOverflow.BLOCK) ? this.room.reserve(slots) : 0;
	}

	/** Gives back slots. */
	void release(int slots) {
		if (slots > 0) {
			this.room.release(slots);
		}
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 */
	void offer(QueuedEvent item) {
		offer(item, false);
	}

	/**
	 * Enqueues an event or, by the policy, drops it or the oldest. Never waits.
	 * @param reserved whether it takes a slot that was reserved
	 */
	void offer(QueuedEvent item, boolean reserved) {
		QueuedEvent dropped = null;
		boolean startWorker = false;
		this.lock.lock();
		try {
			if (reserved) {
				this.room.use();
			}
			boolean full = this.pending.size() >= this.capacity;
			if (!isOpen() || (full && this.overflow == KvOverflow.DROP_NEWEST)) {
				dropped = item;
				this.lock.changed().signalAll();
			}
			else {
				this.offered++;
				dropped = (full && this.overflow == KvOverflow.DROP_OLDEST) ? this.pending.removeOldest() : null;
				this.pending.add(item.event().getKey(), item);
				startWorker = this.workers.claim();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (dropped != null) {
			drop(dropped);
		}
		if (startWorker) {
			this.workers.start();
		}
	}

	/**
	 * Enqueues an event, waiting for room first if the policy is to block.
	 */
	void offerWaiting(QueuedEvent item) {
		int reserved = reserve(1);
		try {
			offer(item);
		}
		finally {
			release(reserved);
		}
	}

	private boolean isOpen() {
		return !this.closed && this.accepting.getAsBoolean();
	}

	/**
	 * Wakes the threads that wait for room: they check whether events are still accepted.
	 */
	void wake() {
		this.lock.run(this.lock.changed()::signalAll);
	}

	/**
	 * Waits until nothing is queued and nothing runs. A hook that calls this isn't waited
	 * for, nor are the events behind it of its own key.
	 * @return whether that was so in time
	 */
	boolean awaitIdle(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lockInterruptibly();
		try {
			while (this.workers.isBusyBeside(this.workers.countOwn())) {
				if (left <= 0) {
					return false;
				}
				left = this.lock.changed().awaitNanos(left);
			}
			return this.pending.size() == 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many events were enqueued so far.
	 */
	long offered() {
		return this.lock.get(() -> this.offered);
	}

	/**
	 * The keys of the events that are queued or handled.
	 */
	List<Object> keys() {
		return this.lock.get(() -> this.pending.keys().toList());
	}

	/**
	 * Whether the current call is part of one of the hook.
	 */
	boolean isCalledFromWithin() {
		return this.lock.get(this.workers::countOwn) > 0;
	}

	/**
	 * Drops what is queued and interrupts what runs, but not a hook that calls this.
	 * @return how many events were dropped
	 */
	int abort() {
		// first: a worker that is interrupted would continue with the next event
		int dropped = discard();
		this.lock.run(this.workers::interrupt);
		return dropped;
	}

	/**
	 * Closes the queue for good and drops what is queued.
	 */
	void close() {
		this.lock.run(() -> {
			this.closed = true;
			this.lock.changed().signalAll();
		});
		discard();
	}

	private int discard() {
		int count = 0;
		for (QueuedEvent item = removeAny(); item != null; item = removeAny()) {
			drop(item);
			count++;
		}
		return count;
	}

	private @Nullable QueuedEvent removeAny() {
		return this.lock.get(() -> {
			this.lock.changed().signalAll();
			return (this.pending.size() > 0) ? this.pending.removeOldest() : null;
		});
	}

	private void drop(QueuedEvent item) {
		try {
			this.handler.dropped(item);
		}
		finally {
			if (this.accepting.getAsBoolean()) {
				item.done();
			}
			else {
				item.cancel();
			}
		}
	}

	/** Handles the events that leave the queue. */
	interface Handler {

		void run(QueuedEvent item);

		void dropped(QueuedEvent item);

	}

	/**
	 * The slots in queues that one operation has reserved for the events that it may
	 * cause.
	 */
	static final class Reservations {

		private static final Comparator<HookRegistration> REGISTRATION = Comparator
			.comparingLong(HookRegistration::sequence);

		private HookQueue[] queues = {};

		/** For each queue how many slots. */
		private int[] slots = {};

		private int count;

		/**
		 * Reserves a slot for each key in the queue of each of its asynchronous hooks, in
		 * the order of registration: two operations can't each wait for the other one.
		 */
		void reserve(Collection<KeyHooks> keys) {
			List<HookRegistration> wanted = new ArrayList<>();
			for (KeyHooks hooks : keys) {
				for (HookRegistration hook : hooks.hooks()) {
					if (hook.queue() != null) {
						wanted.add(hook);
					}
				}
			}
			wanted.sort(REGISTRATION);
			this.queues = new HookQueue[wanted.size()];
			this.slots = new int[wanted.size()];
			for (int start = 0; start < wanted.size();) {
				HookRegistration hook = wanted.get(start);
				int end = start + 1;
				while (end < wanted.size() && wanted.get(end) == hook) {
					end++;
				}
				reserve(hook.queue(), end - start);
				start = end;
			}
		}

		private void reserve(@Nullable HookQueue queue, int wanted) {
			if (queue != null) {
				// counted last: an error while it waits leaves nothing to be released
				this.slots[this.count] = queue.reserve(wanted);
				this.queues[this.count++] = queue;
			}
		}

		/**
		 * Takes a slot for an event that is about to be enqueued.
		 * @return whether there was one
		 */
		boolean use(HookQueue queue) {
			for (int index = 0; index < this.count; index++) {
				if (this.queues[index] == queue) {
					boolean available = this.slots[index] > 0;
					this.slots[index] -= available ? 1 : 0;
					return available;
				}
			}
			return false;
		}

		/**
		 * Gives back the slots for which there was no event.
		 */
		void release() {
			for (int index = 0; index < this.count; index++) {
				this.queues[index].release(this.slots[index]);
			}
			this.count = 0;
		}

	}

}
