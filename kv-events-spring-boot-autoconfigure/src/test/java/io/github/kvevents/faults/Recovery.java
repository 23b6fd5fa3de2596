package io.github.kvevents.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.kvevents.faults.History.Delivery;
import io.github.kvevents.faults.Operation.Mark;

/**
 * How long a fault was felt: from its begin until, in each partition, the listener has
 * received a write that began after it.
 */
final class Recovery {

	/** For each partition when writes began, and when the listener received one. */
	private final Map<Integer, Partition> partitions = new TreeMap<>();

	Recovery(History history) {
		Map<Integer, TreeMap<Long, Long>> received = new HashMap<>();
		for (Delivery delivery : history.deliveries()) {
			Entry entry = delivery.entry();
			Operation operation = history.operations().get(Mark.idOf(entry.value()));
			if (operation != null) {
				received.computeIfAbsent(entry.position().partition(), (partition) -> new TreeMap<>())
					.putIfAbsent(operation.start(), delivery.at());
			}
		}
		received.forEach((partition, times) -> this.partitions.put(partition, Partition.of(times)));
	}

	/**
	 * The times of faults.
	 * @param faults when each began
	 * @return how long each was felt; those after which nothing was received left out
	 */
	List<Duration> times(List<Long> faults) {
		List<Duration> times = new ArrayList<>();
		for (long fault : faults) {
			long recovered = this.partitions.values()
				.stream()
				.mapToLong((partition) -> partition.receivedAfter(fault))
				.max()
				.orElse(Long.MAX_VALUE);
			if (recovered < Long.MAX_VALUE) {
				times.add(Duration.ofNanos(recovered - fault));
			}
		}
		times.sort(null);
		return times;
	}

	/**
	 * The writes of a partition.
	 *
	 * @param started when they began, in order
	 * @param received when the listener received the first one that began then or later
	 */
	private record Partition(long[] started, long[] received) {

		static Partition of(TreeMap<Long, Long> times) {
			long[] started = times.keySet().stream().mapToLong(Long::longValue).toArray();
			long[] received = times.values().stream().mapToLong(Long::longValue).toArray();
			for (int index = received.length - 2; index >= 0; index--) {
				received[index] = Math.min(received[index], received[index + 1]);
			}
			return new Partition(started, received);
		}

		long receivedAfter(long moment) {
			int index = Arrays.binarySearch(this.started, moment);
			int next = (index >= 0) ? index : -index - 1;
			return (next < this.received.length) ? this.received[next] : Long.MAX_VALUE;
		}

	}

}
