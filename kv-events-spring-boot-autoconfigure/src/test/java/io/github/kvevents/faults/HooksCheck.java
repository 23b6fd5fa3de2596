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
import io.github.kvevents.faults.Operation.Mark;

/**
 * What the hook on every instance received against the log, in each instance and
 * partition.
 */
final class HooksCheck {

	private final History history;

	private final Bounds bounds;

	private final Findings findings;

	/** The log of each partition. */
	private final Map<Integer, List<Entry>> logs = new HashMap<>();

	private final Map<Entry, Integer> places = new HashMap<>();

	HooksCheck(History history, Snapshot snapshot, Bounds bounds, Findings findings) {
		this.history = history;
		this.bounds = bounds;
		this.findings = findings;
		for (Entry entry : snapshot.log()) {
			List<Entry> log = this.logs.computeIfAbsent(entry.position().partition(), (key) -> new ArrayList<>());
			this.places.put(entry, log.size());
			log.add(entry);
		}
	}

	void check() {
		Set<String> complete = new HashSet<>();
		this.history.sessions()
			.stream()
			.filter(History.Session::isComplete)
			.forEach((session) -> complete.add(session.id().substring(0, session.id().indexOf('-'))));
		this.history.hooked().forEach((instance, deliveries) -> {
			Map<Integer, Integer> last = inOrder(instance, deliveries);
			if (complete.contains(instance)) {
				upToDate(instance, deliveries.get(0).at(), last);
			}
		});
		complete.removeAll(this.history.hooked().keySet());
		complete.forEach((instance) -> this.findings.violation(Invariant.HOOKS, instance + " received nothing"));
	}

	/**
	 * One entry after the other, whatever the server lost in between.
	 * @return the place of the last one in each partition
	 */
	private Map<Integer, Integer> inOrder(String instance, List<Delivery> deliveries) {
		Map<Integer, Integer> last = new HashMap<>();
		for (Delivery delivery : deliveries) {
			int partition = delivery.entry().position().partition();
			Integer place = this.places.get(delivery.entry());
			if (place == null) {
				gone(instance, delivery);
				continue;
			}
			Integer before = last.put(partition, place);
			if (before != null && place != before + 1) {
				this.findings.violation(Invariant.HOOKS, "%s received %s behind %s".formatted(instance,
						delivery.entry(), this.logs.get(partition).get(before)));
			}
		}
		return last;
	}

	/**
	 * An entry that was received and is not in the log.
	 */
	private void gone(String instance, Delivery delivery) {
		int partition = delivery.entry().position().partition();
		boolean reported = this.history.gaps()
			.stream()
			.anyMatch((gap) -> gap.reader().equals(Consumers.HOOKS) && gap.instance().equals(instance)
					&& gap.partition() == partition);
		if (!this.bounds.dataLost() || !reported) {
			this.findings.violation(Invariant.HOOKS,
					"%s was received and is not in the log, and no gap reported".formatted(delivery));
		}
	}

	/**
	 * What was written after an instance had begun to receive, it has to receive.
	 */
	private void upToDate(String instance, long begin, Map<Integer, Integer> last) {
		this.logs.forEach((partition, log) -> {
			int next = last.containsKey(partition) ? last.get(partition) + 1 : log.size();
			boolean nothing = !last.containsKey(partition) && log.stream().anyMatch((entry) -> {
				Operation operation = this.history.operations().get(Mark.idOf(entry.value()));
				return operation != null && operation.start() > begin;
			});
			if (next < log.size() || nothing) {
				this.findings.violation(Invariant.HOOKS, "%s did not receive the last %d of partition %d"
					.formatted(instance, log.size() - (nothing ? 0 : next), partition));
			}
		});
	}

}
