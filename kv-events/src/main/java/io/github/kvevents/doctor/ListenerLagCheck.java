package io.github.kvevents.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

import io.github.kvevents.KeyText;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerStatus;

/**
 * Whether a durable listener is so far behind that the change log is about to remove what
 * it has not read: beyond the maximum length the oldest entries are removed, read or not.
 */
public final class ListenerLagCheck implements DoctorCheck {

	private static final String ID = "listener-lag";

	private static final double WARNING = 0.5;

	private static final double PROBLEM = 0.9;

	/** How many listeners are named. */
	private static final int MOST_NAMED = 5;

	private final KvListenerRegistry registry;

	private final long maxLength;

	/**
	 * Creates a check.
	 * @param registry the listeners
	 * @param maxLength how many entries each partition of the log keeps
	 */
	public ListenerLagCheck(KvListenerRegistry registry, long maxLength) {
		this.registry = registry;
		this.maxLength = maxLength;
	}

	@Override
	public List<String> ids() {
		return List.of(ID);
	}

	@Override
	public List<DoctorFinding> examine() {
		List<Lag> lags = new ArrayList<>();
		for (KvSubscription listener : this.registry.all()) {
			for (ListenerStatus.Partition partition : listener.getStatus().partitions()) {
				lags.add(new Lag(listener.getId(), partition.partition(), partition.lag()));
			}
		}
		return List.of(find(lags));
	}

	private DoctorFinding find(List<Lag> lags) {
		if (lags.isEmpty()) {
			return DoctorFinding.notApplicable(ID, "There is no durable listener");
		}
		lags.sort(Comparator.comparingLong(Lag::entries).reversed());
		List<Lag> behind = lags.stream().filter((lag) -> share(lag) >= WARNING).toList();
		if (behind.isEmpty()) {
			return DoctorFinding.ok(ID, "No listener has more than %d of the %d entries to read that a partition keeps"
				.formatted(lags.get(0).entries(), this.maxLength));
		}
		String found = behind.stream().limit(MOST_NAMED).map(this::describe).collect(Collectors.joining("; "));
		if (behind.size() > MOST_NAMED) {
			found += "; and %d more".formatted(behind.size() - MOST_NAMED);
		}
		String fix = "See in 'kvlisteners' whether an event blocks it or it is paused; make its handler faster, or raise "
				+ "its concurrency or 'kv.events.log.max-length'";
		return (share(behind.get(0)) >= PROBLEM) ? DoctorFinding.problem(ID, found, fix)
				: DoctorFinding.warning(ID, found, fix);
	}

	private double share(Lag lag) {
		return (double) lag.entries() / this.maxLength;
	}

	private String describe(Lag lag) {
		return "Listener '%s' has %d entries of partition %d to read, %.0f %% of what the log keeps ('kv.events.log.max-length' is %d)"
			.formatted(KeyText.printable(lag.listener()), lag.entries(), lag.partition(), 100 * share(lag),
					this.maxLength);
	}

	private record Lag(String listener, int partition, long entries) {
	}

}
