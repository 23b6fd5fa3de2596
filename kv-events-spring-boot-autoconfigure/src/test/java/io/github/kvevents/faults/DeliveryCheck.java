package io.github.kvevents.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.History.Delivery;
import io.github.kvevents.faults.History.Gap;

/**
 * What the durable listener received against the log.
 */
final class DeliveryCheck {

	/**
	 * Of so many changes behind the position that a listener resumes from it knows that
	 * it has handled them.
	 */
	private static final int REMEMBERED = 512;

	private final History history;

	private final Snapshot snapshot;

	private final Bounds bounds;

	private final Findings findings;

	/** The partitions of which a gap was reported to the listener. */
	private final Set<Integer> gaps = new HashSet<>();

	/** What was received and lost without a gap, in each partition. */
	private final Map<Integer, List<Delivery>> unreported = new HashMap<>();

	/** The instance that handled the last entry of each partition. */
	private final Map<Integer, String> owners = new HashMap<>();

	/** How often the owner of each partition changed. */
	private final Map<Integer, Long> takeovers = new HashMap<>();

	/** How many entries were received and lost, in each partition. */
	private final Map<Integer, Long> gone = new HashMap<>();

	DeliveryCheck(History history, Snapshot snapshot, Bounds bounds, Findings findings) {
		this.history = history;
		this.snapshot = snapshot;
		this.bounds = bounds;
		this.findings = findings;
		history.gaps()
			.stream()
			.filter((gap) -> gap.reader().equals("listener-" + Consumers.LISTENER))
			.forEach((gap) -> this.gaps.add(gap.partition()));
	}

	void check() {
		Map<Entry, Integer> places = new HashMap<>();
		this.snapshot.log().forEach((entry) -> places.put(entry, places.size()));
		Set<Entry> received = new HashSet<>();
		Map<String, Integer> last = new HashMap<>();
		for (Delivery delivery : this.history.deliveries()) {
			Entry entry = delivery.entry();
			Integer place = places.get(entry);
			if (place == null) {
				gone(delivery);
				continue;
			}
			owner(delivery);
			if (received.add(entry)) {
				int before = last.getOrDefault(entry.key(), -1);
				if (place < before) {
					this.findings.violation(Invariant.DELIVERY_ORDER,
							"%s was received behind %s".formatted(entry, this.snapshot.log().get(before)));
				}
				last.put(entry.key(), Math.max(place, before));
			}
		}
		for (Entry entry : this.snapshot.log()) {
			if (!received.contains(entry) && !this.gaps.contains(entry.position().partition())) {
				this.findings.violation(Invariant.DELIVERED, "%s was not received".formatted(entry));
			}
		}
		duplicates();
		gaps();
	}

	/**
	 * An entry that was received and is not in the log.
	 */
	private void gone(Delivery delivery) {
		int partition = delivery.entry().position().partition();
		this.gone.merge(partition, 1L, Long::sum);
		if (!this.bounds.dataLost()) {
			this.findings.violation(Invariant.DELIVERED, "%s was received, and is not in the log".formatted(delivery));
		}
		else if (!this.gaps.contains(partition)) {
			this.unreported.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(delivery);
		}
	}

	/**
	 * An instance that takes a partition over from another one resumes from the
	 * checkpoint that the server has, and knows of nothing that it has lost.
	 */
	private void owner(Delivery delivery) {
		int partition = delivery.entry().position().partition();
		String before = this.owners.put(partition, delivery.instance());
		if (before != null && !before.equals(delivery.instance())) {
			this.takeovers.merge(partition, 1L, Long::sum);
			List<Delivery> lost = this.unreported.getOrDefault(partition, new ArrayList<>());
			lost.removeIf((one) -> !one.instance().equals(delivery.instance()));
		}
	}

	private void gaps() {
		this.unreported.values()
			.forEach((lost) -> lost.forEach((delivery) -> this.findings.violation(Invariant.GAP,
					"%s was received and lost, and no gap reported".formatted(delivery))));
		for (Gap gap : this.history.gaps()) {
			if (!this.bounds.dataLost()) {
				this.findings.violation(Invariant.GAP, "%s, and nothing is missing".formatted(gap));
			}
		}
	}

	/**
	 * Where faults let partitions change their owner, each change may redeliver as much
	 * as the documentation says. Where the server lost much, or another instance takes
	 * over then, as many may be redelivered as were lost.
	 */
	private void duplicates() {
		Set<Entry> distinct = new HashSet<>();
		this.history.deliveries().forEach((delivery) -> distinct.add(delivery.entry()));
		long redelivered = (long) this.history.deliveries().size() - distinct.size();
		this.findings.redelivered(redelivered);
		long permitted = this.bounds.redelivered();
		if (permitted > 0) {
			long takeovers = this.takeovers.values().stream().mapToLong(Long::longValue).sum();
			permitted = Math.max(permitted, takeovers * (Consumers.BATCH_SIZE + Consumers.CONCURRENCY));
		}
		for (Map.Entry<Integer, Long> lost : this.gone.entrySet()) {
			boolean unknown = lost.getValue() > REMEMBERED || this.takeovers.containsKey(lost.getKey());
			permitted += unknown ? lost.getValue() : 0;
		}
		if (redelivered > permitted) {
			this.findings.violation(Invariant.DUPLICATES,
					"%d changes were redelivered, at most %d may be".formatted(redelivered, permitted));
		}
	}

}
