package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.expiry.TrackingStatus;

/**
 * What an operator should look at before expiries are late or lost.
 */
final class TrackingWarnings {

	/**
	 * A hundred times the pause between two sweeps, and longer than a lease that the
	 * instance which had it left behind.
	 */
	static final Duration BEHIND = Duration.ofSeconds(5);

	private TrackingWarnings() {
	}

	static List<String> of(TrackingStatus status) {
		List<String> warnings = new ArrayList<>();
		if (status.overdueBy().compareTo(BEHIND) > 0) {
			boolean swept = status.partitions()
				.stream()
				.anyMatch((partition) -> partition.overdue() > 0 && partition.leaseHolder() != null);
			warnings.add(("The sweep is behind: %d tracked deadlines have passed unnoticed, the earliest %d ms ago. "
					+ (swept ? "Is the server, or the instance that sweeps, overloaded?"
							: "No instance sweeps: is none running in which something receives expiries?"))
				.formatted(status.overdue(), status.overdueBy().toMillis()));
		}
		String policy = status.evictionPolicy();
		if (policy != null && policy.startsWith("allkeys-")) {
			warnings
				.add(("The server's 'maxmemory-policy' is '%s': when memory is short it may remove the deadline index, "
						+ "and expiries are lost. Set it to 'noeviction' or to one of the 'volatile-' policies.")
					.formatted(policy));
		}
		return warnings;
	}

}
