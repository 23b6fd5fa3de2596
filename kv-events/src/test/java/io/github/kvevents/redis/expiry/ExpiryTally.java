package io.github.kvevents.redis.expiry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.github.kvevents.KvExpiredEvent;

/**
 * Counts delivered expiries by key; for many expiries and threads.
 */
final class ExpiryTally implements Consumer<KvExpiredEvent> {

	private final Map<String, Queue<String>> values = new ConcurrentHashMap<>();

	private final Queue<String> early = new ConcurrentLinkedQueue<>();

	@Override
	public void accept(KvExpiredEvent event) {
		if (Instant.now().isBefore(Objects.requireNonNull(event.getDeadline()))) {
			this.early.add(event.getKey());
		}
		this.values.computeIfAbsent(event.getKey(), (key) -> new ConcurrentLinkedQueue<>())
			.add(String.valueOf(event.getPreviousValue(String.class)));
	}

	/**
	 * The keys that expired before their deadline.
	 */
	List<String> early() {
		return List.copyOf(this.early);
	}

	/**
	 * How many keys expired.
	 */
	int keys() {
		return this.values.size();
	}

	/**
	 * The number of expiries, including redelivered ones.
	 */
	long total() {
		return this.values.values().stream().mapToLong(Queue::size).sum();
	}

	/**
	 * The last values with which a key expired.
	 */
	List<String> values(String key) {
		Queue<String> values = this.values.get(key);
		return (values != null) ? List.copyOf(values) : List.of();
	}

}
