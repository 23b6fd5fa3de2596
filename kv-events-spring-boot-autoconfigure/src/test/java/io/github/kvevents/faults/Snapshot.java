package io.github.kvevents.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;

/**
 * What the server has at the end of a run.
 *
 * @param log all of the change log, in order within each partition
 * @param stored the value of each key
 */
record Snapshot(List<Entry> log, Map<String, String> stored) {

	private static final int PAGE = 2000;

	static Snapshot take(KvChangeLog changeLog, KvTemplate template) {
		List<Entry> log = new ArrayList<>();
		StartPosition next = StartPosition.earliest();
		KvChangePage page;
		do {
			page = changeLog.read(ReadRequest.from(next).limit(PAGE));
			page.events().forEach((event) -> log.add(Entry.of(event)));
			next = page.next();
		}
		while (!page.events().isEmpty());
		Set<String> keys = new HashSet<>();
		log.forEach((entry) -> keys.add(entry.key()));
		return new Snapshot(log, stored(template, List.copyOf(keys)));
	}

	private static Map<String, String> stored(KvTemplate template, List<String> keys) {
		Map<String, String> stored = new HashMap<>();
		for (int start = 0; start < keys.size(); start += PAGE) {
			stored.putAll(template.batchGet(keys.subList(start, Math.min(keys.size(), start + PAGE)), String.class));
		}
		return stored;
	}

	/**
	 * The entries of each key.
	 */
	Map<String, List<Entry>> chains() {
		Map<String, List<Entry>> chains = new LinkedHashMap<>();
		this.log.forEach((entry) -> chains.computeIfAbsent(entry.key(), (key) -> new ArrayList<>()).add(entry));
		return chains;
	}

}
