package io.github.kvevents.sample.audit;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEvent;
import io.github.kvevents.listener.KvListener;

/**
 * Writes the audit trail. A durable listener hears of every change of the fleet, in one
 * of its instances; after a restart it goes on behind its checkpoint. While it can't
 * write it tries again, for ever: nothing is left out of an audit trail.
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
