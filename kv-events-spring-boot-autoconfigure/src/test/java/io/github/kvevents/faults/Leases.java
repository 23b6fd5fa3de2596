package io.github.kvevents.faults;

import java.util.List;

/**
 * How long an instance may be silent before others take over what it does.
 */
enum Leases {

	/** Faults last longer. */
	SHORT("2s"),

	/** Faults end before, also on a busy machine. */
	LONG("20s");

	private final String time;

	Leases(String time) {
		this.time = time;
	}

	List<String> properties() {
		return List.of("kv.events.listener.lease=" + this.time, "kv.events.expiry.claim-after=" + this.time);
	}

}
