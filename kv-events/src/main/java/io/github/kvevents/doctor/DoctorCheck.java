package io.github.kvevents.doctor;

import java.util.List;

/**
 * Looks for one or more things that can be wrong. It changes nothing, and shows neither
 * keys nor values of the application.
 */
public interface DoctorCheck {

	/**
	 * The ids of its findings.
	 * @return always the same, unique among all checks
	 */
	List<String> ids();

	/**
	 * Looks. May wait for a server; {@link KvDoctor} bounds that, and calls it on one
	 * thread at a time.
	 * @return a finding for each id, also where nothing is wrong
	 * @throws RuntimeException if it can't look: the status is unknown then
	 */
	List<DoctorFinding> examine();

}
