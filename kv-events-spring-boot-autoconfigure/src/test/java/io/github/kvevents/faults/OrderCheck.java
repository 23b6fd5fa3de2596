package io.github.kvevents.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.KvEventType;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;
import io.github.kvevents.faults.Operation.Outcome;

/**
 * The order of the operations on each key.
 */
final class OrderCheck {

	private final History history;

	private final Snapshot snapshot;

	private final Findings findings;

	OrderCheck(History history, Snapshot snapshot, Findings findings) {
		this.history = history;
		this.snapshot = snapshot;
		this.findings = findings;
	}

	void check() {
		Map<String, List<Operation>> deletes = new HashMap<>();
		for (Operation operation : this.history.operations().values()) {
			if (operation.kind() == Kind.DELETE && operation.isPrivate()) {
				deletes.computeIfAbsent(operation.key(), (key) -> new ArrayList<>()).add(operation);
			}
		}
		this.snapshot.chains().forEach((key, chain) -> {
			List<Operation> writes = chain.stream()
				.filter((entry) -> entry.value() != null)
				.map((entry) -> this.history.operations().get(Mark.idOf(entry.value())))
				.filter((operation) -> operation != null)
				.toList();
			ofEachWriter(writes);
			inTime(writes);
			if (Operation.isPrivate(key)) {
				deletes(key, chain, deletes.getOrDefault(key, List.of()));
			}
		});
	}

	/**
	 * The numbers of a writer only rise.
	 */
	private void ofEachWriter(List<Operation> writes) {
		Map<String, Operation> newest = new HashMap<>();
		for (Operation write : writes) {
			Operation newer = newest.get(write.writer());
			if (newer != null && newer.number() > write.number()) {
				this.findings.violation((write.outcome() == Outcome.UNKNOWN) ? Invariant.LATE : Invariant.ORDER,
						"%s was applied behind %s".formatted(write, newer));
			}
			else {
				newest.put(write.writer(), write);
			}
		}
	}

	/**
	 * What was acknowledged before another one began is before it in the log, also where
	 * the writers differ.
	 */
	private void inTime(List<Operation> writes) {
		Operation latest = null;
		for (Operation write : writes) {
			if (latest != null && write.outcome() == Outcome.ACKNOWLEDGED && write.end() < latest.start()) {
				this.findings.violation(Invariant.ORDER, "%s ended before this began: %s".formatted(write, latest));
			}
			if (latest == null || write.start() > latest.start()) {
				latest = write;
			}
		}
	}

	/**
	 * Each deletion of a key that has one writer is between writes of which one is older
	 * and one newer than a delete of that writer.
	 */
	private void deletes(String key, List<Entry> chain, List<Operation> deletes) {
		long older = -1;
		long between = 0;
		for (Entry entry : chain) {
			if (entry.type() == KvEventType.DELETE) {
				between++;
			}
			else if (entry.value() != null) {
				long newer = Mark.parse(entry.value()).number();
				explain(key, between, older, newer, deletes);
				older = Math.max(older, newer);
				between = 0;
			}
		}
		explain(key, between, older, Long.MAX_VALUE, deletes);
	}

	private void explain(String key, long between, long older, long newer, List<Operation> deletes) {
		long possible = deletes.stream().filter((delete) -> delete.number() > older && delete.number() < newer).count();
		if (between > possible) {
			this.findings.violation(Invariant.LATE,
					"%s was deleted %d times between its writes %d and %d, by %d deletes".formatted(key, between, older,
							newer, possible));
		}
	}

}
