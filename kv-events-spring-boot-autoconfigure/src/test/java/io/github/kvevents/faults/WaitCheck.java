package io.github.kvevents.faults;

import java.time.Duration;

import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.History.Stall;
import io.github.kvevents.fixture.FaultScale;

/**
 * How long calls took, without the time in which no thread of their instance ran.
 */
final class WaitCheck {

	/** Beside a whole build threads wait for each other, too. */
	private static final Duration TOLERANCE = Duration.ofMillis(FaultScale.isSmall() ? 800 : 100);

	static final long BOUND = FaultApplication.TIMEOUT.plus(TOLERANCE).toNanos();

	private final History history;

	private final Findings findings;

	WaitCheck(History history, Findings findings) {
		this.history = history;
		this.findings = findings;
	}

	void check() {
		long longest = 0;
		for (Operation operation : this.history.operations().values()) {
			// killed with its process, it ended nothing
			if (operation.end() < Long.MAX_VALUE) {
				long nanos = operation.end() - operation.start() - stalled(operation);
				longest = Math.max(longest, nanos);
				if (nanos > BOUND) {
					this.findings.violation(Invariant.WAIT,
							"%s took %d ms".formatted(operation, Duration.ofNanos(nanos).toMillis()));
				}
			}
		}
		this.findings.longestCall(Duration.ofNanos(longest));
	}

	private long stalled(Operation operation) {
		if (operation.end() - operation.start() <= BOUND) {
			return 0;
		}
		String instance = operation.writer().replaceFirst("\\..*", "");
		long nanos = 0;
		for (Stall stall : this.history.stalls(instance)) {
			nanos += Math.max(0, Math.min(stall.to(), operation.end()) - Math.max(stall.from(), operation.start()));
		}
		return nanos;
	}

}
