package io.github.kvevents.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.CallPatience;

/**
 * Partitions of a distributed store whose node doesn't answer. A call to such a node may
 * last as long as a command may take, and one thread serves all partitions of a listener:
 * they are left out until the feed, which reads each with a thread of its own, has
 * received something of them. Confined to one thread, except where noted.
 */
final class AwayPartitions {

	/**
	 * The feed receives something of each partition more often. After a call that lasted
	 * longer and failed, those of which it received nothing meanwhile are away too.
	 */
	private static final long LONG = TimeUnit.MILLISECONDS.toNanos(1500);

	/** The feed may be unable to read for another reason. */
	private static final long RETRY = TimeUnit.SECONDS.toNanos(10);

	private final boolean distributed;

	private final LongSupplier nanoTime;

	private final Map<Integer, Long> signalledAt = new ConcurrentHashMap<>();

	private final Map<Integer, Long> awaySince = new ConcurrentHashMap<>();

	private @Nullable RuntimeException failure;

	/**
	 * Creates an instance without partitions that are away.
	 * @param distributed whether partitions are on different nodes
	 */
	AwayPartitions(boolean distributed, LongSupplier nanoTime) {
		this.distributed = distributed;
		this.nanoTime = nanoTime;
	}

	/**
	 * Calls the store for a partition, unless that is away.
	 * @return the result; {@code null} if it is away, now or already
	 */
	<T> @Nullable T call(int partition, Supplier<T> work) {
		if (isAway(partition)) {
			return null;
		}
		long begun = this.nanoTime.getAsLong();
		try {
			return CallPatience.brief(work);
		}
		catch (RuntimeException ex) {
			if (!this.distributed) {
				throw ex;
			}
			failed(partition, begun);
			this.failure = ex;
			return null;
		}
	}

	void run(int partition, Runnable work) {
		call(partition, () -> {
			work.run();
			return partition;
		});
	}

	private boolean isAway(int partition) {
		Long since = this.awaySince.get(partition);
		return since != null && this.nanoTime.getAsLong() - since < RETRY;
	}

	private void failed(int partition, long begun) {
		long now = this.nanoTime.getAsLong();
		this.awaySince.put(partition, now);
		if (now - begun >= LONG) {
			this.signalledAt.forEach((other, at) -> {
				if (at - begun < 0) {
					this.awaySince.put(other, now);
				}
			});
		}
	}

	/**
	 * The feed has received something of a partition. From any thread.
	 * @return whether it was away
	 */
	boolean signal(int partition) {
		this.signalledAt.put(partition, this.nanoTime.getAsLong());
		return this.awaySince.remove(partition) != null;
	}

	/**
	 * Throws what a call failed with since this was called last.
	 */
	void rethrow() {
		RuntimeException failure = this.failure;
		this.failure = null;
		if (failure != null) {
			throw failure;
		}
	}

}
