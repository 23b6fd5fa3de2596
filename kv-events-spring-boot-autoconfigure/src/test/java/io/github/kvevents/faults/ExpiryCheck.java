package io.github.kvevents.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.kvevents.KvEventType;
import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.History.Expiry;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;

/**
 * The expiries that the hook received against those in the log, which has one for each
 * lifetime that ended: {@link LogCheck} makes sure that the key was there before it.
 */
final class ExpiryCheck {

	/**
	 * The server computes a deadline with a clock of whole milliseconds.
	 */
	private static final long CLOCK_NANOS = Duration.ofMillis(2).toNanos();

	private final History history;

	private final Snapshot snapshot;

	private final Bounds bounds;

	private final Findings findings;

	/** For each value with a time to live the write from which that counts. */
	private final Map<String, Operation> beginnings = new HashMap<>();

	ExpiryCheck(History history, Snapshot snapshot, Bounds bounds, Findings findings) {
		this.history = history;
		this.snapshot = snapshot;
		this.bounds = bounds;
		this.findings = findings;
	}

	void check() {
		beginnings();
		Map<Lifetime, Long> logged = new HashMap<>();
		for (Entry entry : this.snapshot.log()) {
			if (entry.type() == KvEventType.EXPIRED) {
				logged.merge(new Lifetime(entry.key(), String.valueOf(entry.previous())), 1L, Long::sum);
			}
		}
		Map<Lifetime, Long> received = new HashMap<>();
		for (Expiry expiry : this.history.expiries()) {
			Lifetime lifetime = new Lifetime(expiry.key(), expiry.value());
			received.merge(lifetime, 1L, Long::sum);
			inTime(expiry);
			if (!logged.containsKey(lifetime) && !this.bounds.dataLost()) {
				this.findings.violation(Invariant.EARLY, "%s was received, and is not in the log".formatted(expiry));
			}
		}
		logged.forEach((lifetime, count) -> {
			if (received.getOrDefault(lifetime, 0L) < count) {
				this.findings.violation(Invariant.EXPIRED, "%s ended %d times, and the hook received %d"
					.formatted(lifetime, count, received.getOrDefault(lifetime, 0L)));
			}
		});
		long twice = received.entrySet()
			.stream()
			.mapToLong((entry) -> entry.getValue() - Math.max(1, logged.getOrDefault(entry.getKey(), 1L)))
			.filter((more) -> more > 0)
			.sum();
		this.findings.expiredTwice(twice);
		if (twice > this.bounds.expiredTwice()) {
			this.findings.violation(Invariant.DUPLICATES,
					"%d expiries were redelivered, at most %d may be".formatted(twice, this.bounds.expiredTwice()));
		}
	}

	/**
	 * A conditional set and an update keep the time to live.
	 */
	private void beginnings() {
		Map<String, Operation> current = new HashMap<>();
		for (Entry entry : this.snapshot.log()) {
			Operation operation = this.history.operations().get(Mark.idOf(entry.value()));
			boolean keeps = operation != null && entry.previous() != null
					&& (operation.kind() == Kind.COMPARE_AND_SET || operation.kind() == Kind.UPDATE);
			if (operation != null && operation.kind() == Kind.SET_WITH_TTL) {
				current.put(entry.key(), operation);
			}
			else if (!keeps) {
				current.remove(entry.key());
			}
			Operation beginning = current.get(entry.key());
			if (beginning != null && entry.value() != null) {
				this.beginnings.put(entry.value(), beginning);
			}
		}
	}

	/**
	 * By the server's clock, and by the time that passed since the key was written.
	 */
	private void inTime(Expiry expiry) {
		if (expiry.received() < expiry.deadline()) {
			this.findings.violation(Invariant.EARLY, "%s came before its deadline".formatted(expiry));
		}
		Operation write = this.beginnings.get(expiry.value());
		if (write == null) {
			if (!this.bounds.dataLost()) {
				this.findings.violation(Invariant.EARLY, "%s had no time to live".formatted(expiry));
			}
			return;
		}
		long lived = expiry.at() - write.start();
		if (lived < Duration.ofMillis(write.ttlMillis()).toNanos() - CLOCK_NANOS) {
			this.findings.violation(Invariant.EARLY, "%s came %d ns after %s".formatted(expiry, lived, write));
		}
	}

	/**
	 * From a write to its expiry.
	 *
	 * @param key the key
	 * @param value the last value
	 */
	private record Lifetime(String key, String value) {
	}

}
