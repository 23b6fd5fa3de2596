package io.github.kvevents.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * Where the log of each partition ends, as the feed that all readers share saw it a
 * moment ago: a listener that has read up to there need not ask by itself. What the feed
 * said some seconds ago doesn't count, since it may be unable to read. Used by many
 * threads at once.
 */
final class LogEnds {

	/** The feed looks more often. */
	private static final long MAX_AGE = TimeUnit.SECONDS.toNanos(5);

	private final LongSupplier nanoTime;

	private final Map<Integer, End> ends = new ConcurrentHashMap<>();

	LogEnds(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * The feed has looked at the end of a partition, and missed nothing.
	 */
	void see(KvPosition last) {
		this.ends.put(last.partition(), new End(last, this.nanoTime.getAsLong()));
	}

	/**
	 * There is more in a partition.
	 */
	void forget(int partition) {
		this.ends.remove(partition);
	}

	/**
	 * The feed may have missed something.
	 */
	void forget() {
		this.ends.clear();
	}

	/**
	 * Where a partition ends.
	 * @return {@code null} if that isn't known
	 */
	@Nullable KvPosition get(int partition) {
		End end = this.ends.get(partition);
		return (end != null && this.nanoTime.getAsLong() - end.seenAt() < MAX_AGE) ? end.last() : null;
	}

	private record End(KvPosition last, long seenAt) {
	}

}
