package io.github.kvevents.core;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.OptimisticLockingFailureException;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvChange;
import io.github.kvevents.core.OperationObserver.Operation;
import io.github.kvevents.core.ValueCodec.ValueType;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.support.CallDeadline;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * Read, change, compare and set, and again if another writer came between.
 */
final class Updates {

	private static final int MAX_ATTEMPTS = 200;

	private static final long MAX_PAUSE_MICROS = TimeUnit.MILLISECONDS.toMicros(20);

	private final KvStore store;

	private final ValueCodec codec;

	private final Changes changes;

	private final OperationObserver observer;

	Updates(KvStore store, ValueCodec codec, Changes changes, OperationObserver observer) {
		this.store = store;
		this.codec = codec;
		this.changes = changes;
		this.observer = observer;
	}

	<T> KvSetResult update(String key, ValueType<T> type, UnaryOperator<@Nullable T> change) {
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			return attempt(key, type, change);
		}
		finally {
			interrupts.close();
		}
	}

	private <T> KvSetResult attempt(String key, ValueType<T> type, UnaryOperator<@Nullable T> change) {
		for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
			KvSetResult result = attemptOnce(key, type, change);
			if (result != null) {
				return result;
			}
			pause(attempt);
		}
		throw new OptimisticLockingFailureException("Key '" + KeyText.printable(key)
				+ "' was changed by others in each of " + MAX_ATTEMPTS + " attempts to update it");
	}

	/**
	 * One attempt.
	 * @return what it did, {@code null} if another writer came between
	 */
	private <T> @Nullable KvSetResult attemptOnce(String key, ValueType<T> type, UnaryOperator<@Nullable T> change) {
		long start = System.nanoTime();
		byte[] present = this.observer.observe(Operation.GET, () -> this.store.primary().get(key));
		long waited = System.nanoTime() - start;
		T value = change.apply((present != null) ? this.codec.decode(key, present.clone(), type) : null);
		if (value != null) {
			byte[] bytes = this.codec.encode(key, value, type);
			boolean applied = CallDeadline.afterWait(waited, () -> this.changes.compareAndSet(key, present, bytes));
			return applied ? KvSetResult.of(KvChange.of(present, bytes)) : null;
		}
		if (present == null) {
			return KvSetResult.NOT_APPLIED;
		}
		boolean deleted = CallDeadline.afterWait(waited, () -> this.changes.compareAndDelete(key, present));
		return deleted ? KvSetResult.UPDATED : null;
	}

	/** Writers that collided once would do so again if they all came back at once. */
	private static void pause(int attempt) {
		long longest = Math.min(MAX_PAUSE_MICROS, 50L << Math.min(attempt, 20));
		LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(ThreadLocalRandom.current().nextLong(longest)));
	}

}
