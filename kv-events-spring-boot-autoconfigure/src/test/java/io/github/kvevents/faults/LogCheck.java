package io.github.kvevents.faults;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;
import io.github.kvevents.faults.Operation.Outcome;

/**
 * The log against the stored values and against what writers know.
 */
final class LogCheck {

	private final History history;

	private final Snapshot snapshot;

	private final Bounds bounds;

	private final Findings findings;

	LogCheck(History history, Snapshot snapshot, Bounds bounds, Findings findings) {
		this.history = history;
		this.snapshot = snapshot;
		this.bounds = bounds;
		this.findings = findings;
	}

	void check() {
		replay();
		values();
		deletes();
	}

	private void replay() {
		Map<String, String> values = new HashMap<>();
		Map<Integer, KvPosition> last = new HashMap<>();
		for (Entry entry : this.snapshot.log()) {
			KvPosition before = last.put(entry.position().partition(), entry.position());
			if (before != null && before.compareTo(entry.position()) >= 0) {
				this.findings.violation(Invariant.REPLAY, "%s is behind %s".formatted(before, entry));
			}
			if (!Objects.equals(values.get(entry.key()), entry.previous())) {
				this.findings.violation(Invariant.REPLAY,
						"before %s the key was %s".formatted(entry, values.get(entry.key())));
			}
			if (entry.value() == null) {
				values.remove(entry.key());
			}
			else {
				values.put(entry.key(), entry.value());
			}
		}
		Set<String> keys = new HashSet<>(values.keySet());
		keys.addAll(this.snapshot.stored().keySet());
		for (String key : keys) {
			if (!Objects.equals(values.get(key), this.snapshot.stored().get(key))) {
				this.findings.violation(Invariant.REPLAY, "%s is %s in the log, and stored is %s".formatted(key,
						values.get(key), this.snapshot.stored().get(key)));
			}
		}
	}

	/**
	 * What gave a key a value.
	 */
	private void values() {
		Set<String> logged = new HashSet<>();
		for (Entry entry : this.snapshot.log()) {
			if (entry.value() != null) {
				Mark mark = Mark.parse(entry.value());
				logged.add(mark.id());
				checkWritten(entry, this.history.operations().get(mark.id()));
				if (mark.seen() != null && !mark.seen().equals(Mark.idOf(entry.previous()))) {
					this.findings.violation(Invariant.CONDITION, "%s had seen %s".formatted(entry, mark.seen()));
				}
			}
		}
		this.history.operations()
			.values()
			.stream()
			.filter((operation) -> operation.kind() != Kind.DELETE && operation.outcome() == Outcome.ACKNOWLEDGED)
			.filter((operation) -> !logged.contains(operation.id()))
			.forEach(this::missing);
	}

	private void checkWritten(Entry entry, @Nullable Operation operation) {
		if (operation == null || !operation.key().equals(entry.key())) {
			this.findings.violation(Invariant.REFUSED, "nobody wrote %s".formatted(entry));
		}
		else if (!this.bounds.repliesLost()
				&& (operation.outcome() == Outcome.REFUSED || operation.outcome() == Outcome.NOT_APPLIED)) {
			this.findings.violation(Invariant.REFUSED, "%s is in the log: %s".formatted(operation, entry));
		}
	}

	private void missing(Operation operation) {
		if (this.bounds.dataLost()) {
			this.findings.lost();
		}
		else {
			this.findings.violation(Invariant.ACKNOWLEDGED, "%s is not in the log".formatted(operation));
		}
	}

	/**
	 * A deletion in the log doesn't say which operation it was, so they are counted.
	 */
	private void deletes() {
		Map<String, Long> logged = new HashMap<>();
		this.snapshot.log()
			.stream()
			.filter((entry) -> entry.type() == KvEventType.DELETE)
			.forEach((entry) -> logged.merge(entry.key(), 1L, Long::sum));
		Map<String, Long> acknowledged = new HashMap<>();
		Map<String, Long> possible = new HashMap<>();
		List<Operation> deletes = this.history.operations()
			.values()
			.stream()
			.filter((operation) -> operation.kind() == Kind.DELETE)
			.toList();
		for (Operation delete : deletes) {
			boolean sure = delete.outcome() == Outcome.ACKNOWLEDGED;
			acknowledged.merge(delete.key(), sure ? 1L : 0L, Long::sum);
			boolean can = sure || this.bounds.repliesLost() || delete.outcome() == Outcome.UNKNOWN;
			possible.merge(delete.key(), can ? 1L : 0L, Long::sum);
		}
		acknowledged.forEach((key, count) -> {
			for (long gone = logged.getOrDefault(key, 0L); gone < count; gone++) {
				missing(deletes.stream().filter((delete) -> delete.key().equals(key)).findFirst().orElseThrow());
			}
		});
		logged.forEach((key, count) -> {
			// resent after a write of another, a delete is applied a second time
			boolean resent = this.bounds.repliesLost() && !Operation.isPrivate(key);
			if (!resent && count > possible.getOrDefault(key, 0L)) {
				this.findings.violation(Invariant.REFUSED, "%s was deleted %d times, by %d operations".formatted(key,
						count, possible.getOrDefault(key, 0L)));
			}
		});
	}

}
