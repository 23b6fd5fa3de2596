package io.github.kvevents.sample.audit;

import org.springframework.stereotype.Component;

import io.github.kvevents.KvEvent;
import io.github.kvevents.hook.KvHook;

@Component
class AuditHook {

	private final AuditTrail trail;

	AuditHook(AuditTrail trail) {
		this.trail = trail;
	}

	@KvHook(id = "audit", async = true)
	void record(KvEvent event) {
		this.trail.add(AuditEntry.of(event));
	}

}
