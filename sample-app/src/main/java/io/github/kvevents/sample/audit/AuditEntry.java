package io.github.kvevents.sample.audit;

import java.time.Instant;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;

/**
 * Who did what to which key, and when. Never what the value was.
 *
 * @param position the position in the change log, which no other change has
 * @param key the key
 * @param type the operation
 * @param change what it did to the key
 * @param at when
 * @param origin the instance that did it
 */
record AuditEntry(String position, String key, KvEventType type, KvChange change, Instant at, String origin) {

	static AuditEntry of(KvEvent event) {
		return new AuditEntry(String.valueOf(event.getPosition()), event.getKey(), event.getType(), event.getChange(),
				event.getOccurredAt(), event.getOrigin());
	}

}
