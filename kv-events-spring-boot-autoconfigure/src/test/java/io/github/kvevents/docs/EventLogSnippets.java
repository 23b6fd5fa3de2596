package io.github.kvevents.docs;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;

class EventLogSnippets {

	private final KvEventLogs eventLogs;

	EventLogSnippets(KvEventLogs eventLogs) {
		this.eventLogs = eventLogs;
	}

	KvEventLog open() {
		KvEventLog log = this.eventLogs.open("sensors",
				EventLogOptions.defaults().maxLength(1000).timeToLiveAfterLastAdd(Duration.ofHours(1)));
		log.add(Map.of("sensor", "s1", "celsius", 21.5), Map.of("sensor", "s2", "celsius", 19.0));
		return log;
	}

	List<LogEntry> read(KvEventLog log, EntryId id) {
		List<LogEntry> all = log.tail();
		List<LogEntry> lastTen = log.tail(10);
		List<LogEntry> fromThereOn = log.tailFrom(id);
		Double celsius = all.get(0).get("celsius", Double.class);
		return (celsius != null) ? lastTen : fromThereOn;
	}

	Follow follow(KvEventLog log) {
		Follow follow = log.tailAndFollow(10,
				(entries) -> entries.forEach((entry) -> show(entry.getId(), entry.get("celsius", Double.class))));
		return follow;
	}

	static class Chart implements FollowListener {

		@Override
		public void onEntries(List<LogEntry> entries) {
			entries.forEach((entry) -> show(entry.getId(), entry.get("celsius", Double.class)));
		}

		@Override
		public void onGap(FollowGap gap) {
			System.out.println("entries are missing before " + gap.next() + ": " + gap.missed());
		}

		@Override
		public void onDeleted(EntryId lastDelivered) {
			System.out.println("the log is gone");
		}

	}

	private static void show(EntryId id, Double celsius) {
		System.out.println(id + ": " + celsius);
	}

}
