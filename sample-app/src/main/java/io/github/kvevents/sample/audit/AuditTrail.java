package io.github.kvevents.sample.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.stereotype.Component;

import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;

/**
 * The newest entries, in an event log: it outlives the application, and is the same in
 * each instance. Adding to it is no change of a key, so it causes no event. Writing with
 * {@code KvTemplate} instead would make events of its own, and the listener would have to
 * leave those out by a prefix.
 */
@Component
class AuditTrail {

	static final int CAPACITY = 1000;

	private static final String ENTRY = "entry";

	private final KvEventLog log;

	AuditTrail(KvEventLogs logs) {
		this.log = logs.open("audit", EventLogOptions.defaults().maxLength(CAPACITY));
	}

	void add(AuditEntry entry) {
		this.log.add(Map.of(ENTRY, entry));
	}

	/**
	 * Each entry once, though an event may be delivered more often: entries of the same
	 * event are equal, those of two events have different positions.
	 */
	List<AuditEntry> newestFirst() {
		List<AuditEntry> entries = new ArrayList<>(this.log.tail()
			.stream()
			.map((entry) -> entry.get(ENTRY, AuditEntry.class))
			.filter(Objects::nonNull)
			.distinct()
			.toList());
		Collections.reverse(entries);
		return entries;
	}

}
