package io.github.kvevents.sample.audit;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEvent;
import io.github.kvevents.listener.KvListener;

/**
 * Writes the audit trail. A durable listener receives every change of the fleet, in one
 * of its instances; after a restart it resumes from its checkpoint. While it can't write
 * it retries, without limit: nothing is missing in an audit trail.
 */
@Component
class AuditListener {

	private final AuditTrail trail;

	AuditListener(AuditTrail trail) {
		this.trail = trail;
	}

	@KvListener(id = "audit")
	void record(KvEvent event) {
		this.trail.add(AuditEntry.of(event));
	}

}
