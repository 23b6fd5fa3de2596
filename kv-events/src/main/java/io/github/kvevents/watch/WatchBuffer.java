package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

/**
 * The changes of a watch that wait to be read. Who puts one in never waits.
 */
final class WatchBuffer {

	private final int capacity;

	private final WatchOverflow overflow;

	private final Supplier<RuntimeException> overflowFailure;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Deque<KvEvent> events = new ArrayDeque<>(2);

	private long dropped;

	private boolean ended;

	private @Nullable Supplier<RuntimeException> failure;

	private boolean failureTaken;

	private @Nullable Runnable listener;

	WatchBuffer(WatchOptions options) {
		this.capacity = options.getBufferSize();
		this.overflow = options.getOverflow();
		this.overflowFailure = () -> new WatchOverflowException(options.getPrefix(), this.capacity);
	}

	/**
	 * Puts an event in.
	 * @return whether the buffer is still open; {@code false} once, when it ended by this
	 */
	boolean offer(KvEvent event) {
		Runnable listener;
		boolean open;
		this.lock.lock();
		try {
			if (this.ended) {
				return true;
			}
			put(event);
			open = !this.ended;
			// all: the one that a single signal reaches may wait for the end only
			this.changed.signalAll();
			listener = this.listener;
		}
		finally {
			this.lock.unlock();
		}
		if (listener != null) {
			listener.run();
		}
		return open;
	}

	private void put(KvEvent event) {
		if (this.events.size() < this.capacity) {
			this.events.addLast(event);
			return;
		}
		switch (this.overflow) {
			case DROP_OLDEST -> {
				this.events.removeFirst();
				this.events.addLast(event);
				this.dropped++;
			}
			case DROP_NEWEST -> this.dropped++;
			case FAIL -> endLocked(this.overflowFailure);
		}
	}

	/**
	 * Takes an event out without waiting.
	 * @return the event, {@code null} if there is none
	 * @throws RuntimeException what the buffer ended with, if there is none
	 */
	@Nullable KvEvent poll() {
		this.lock.lock();
		try {
			KvEvent event = this.events.pollFirst();
			if (event == null && this.failure != null) {
				this.failureTaken = true;
				throw this.failure.get();
			}
			return event;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until there is an event or the end, some time at most.
	 */
	void await(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lockInterruptibly();
		try {
			while (this.events.isEmpty() && !this.ended && left > 0) {
				left = this.changed.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits for the end, some time at most.
	 */
	void awaitEnd(long nanos) throws InterruptedException {
		long left = nanos;
		this.lock.lockInterruptibly();
		try {
			while (!this.ended && left > 0) {
				left = this.changed.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Forgets what is there.
	 */
	void clear() {
		this.lock.lock();
		try {
			this.events.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes nothing more.
	 * @param failure what is thrown once it is empty, {@code null} for nothing
	 */
	void end(@Nullable Supplier<RuntimeException> failure) {
		Runnable listener;
		this.lock.lock();
		try {
			endLocked(failure);
			listener = this.listener;
		}
		finally {
			this.lock.unlock();
		}
		if (listener != null) {
			listener.run();
		}
	}

	private void endLocked(@Nullable Supplier<RuntimeException> failure) {
		if (!this.ended) {
			this.ended = true;
			this.failure = failure;
			this.changed.signalAll();
		}
	}

	/**
	 * Sets who is called after something came in, or the end did; must be quick.
	 */
	void setListener(@Nullable Runnable listener) {
		this.lock.lock();
		try {
			this.listener = listener;
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isEnded() {
		this.lock.lock();
		try {
			return this.ended;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether it ended and the reader has got everything, the failure too.
	 */
	boolean isFinished() {
		this.lock.lock();
		try {
			return this.ended && this.events.isEmpty() && (this.failure == null || this.failureTaken);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether it ended and all was read: the next poll throws the failure or, for good,
	 * finds nothing.
	 */
	boolean isExhausted() {
		this.lock.lock();
		try {
			return this.ended && this.events.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
	}

	long getDropped() {
		this.lock.lock();
		try {
			return this.dropped;
		}
		finally {
			this.lock.unlock();
		}
	}

}
