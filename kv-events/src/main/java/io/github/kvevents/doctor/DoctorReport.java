package io.github.kvevents.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * What all checks found.
 *
 * @param examinedAt when they began
 * @param took how long they took
 * @param findings one for each id, in the order of the checks
 */
public record DoctorReport(Instant examinedAt, Duration took, List<DoctorFinding> findings) {

	public DoctorReport {
		findings = List.copyOf(findings);
	}

	/**
	 * The most serious status.
	 * @return that of the worst finding
	 */
	public DoctorFinding.Status status() {
		return this.findings.stream()
			.map(DoctorFinding::status)
			.max(Comparator.naturalOrder())
			.orElse(DoctorFinding.Status.NOT_APPLICABLE);
	}

}
