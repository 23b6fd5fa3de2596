package io.github.kvevents.hook;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Keeps the latest errors; the oldest makes room when there are too many.
 */
final class BoundedErrors implements KvHookErrors {

	private final int capacity;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition notEmpty = this.lock.newCondition();

	private final Deque<KvHookError> errors = new ArrayDeque<>();

	private long dropped;

	BoundedErrors(int capacity) {
		this.capacity = capacity;
	}

	void add(KvHookError error) {
		this.lock.lock();
		try {
			if (this.errors.size() == this.capacity) {
				this.errors.removeFirst();
				this.dropped++;
			}
			this.errors.addLast(error);
			this.notEmpty.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public @Nullable KvHookError poll(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		long left = TimeUnit.NANOSECONDS.convert(timeout);
		this.lock.lock();
		try {
			while (this.errors.isEmpty() && left > 0) {
				left = this.notEmpty.awaitNanos(left);
			}
			return this.errors.pollFirst();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return this.errors.pollFirst();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public List<KvHookError> drain() {
		this.lock.lock();
		try {
			List<KvHookError> drained = new ArrayList<>(this.errors);
			this.errors.clear();
			return drained;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public long getDropped() {
		this.lock.lock();
		try {
			return this.dropped;
		}
		finally {
			this.lock.unlock();
		}
	}

}
