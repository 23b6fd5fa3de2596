package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.kvevents.KvEvent;
import io.github.kvevents.log.LogGapEvent;

/**
 * A handler that records what it receives.
 */
class Recorder implements KvEventHandler {

	private final List<KvEvent> events = new ArrayList<>();

	final List<LogGapEvent> gaps = new CopyOnWriteArrayList<>();

	@Override
	public void onEvent(KvEvent event) throws Exception {
		synchronized (this.events) {
			this.events.add(event);
		}
	}

	@Override
	public void onGap(LogGapEvent gap) {
		this.gaps.add(gap);
	}

	List<KvEvent> events() {
		synchronized (this.events) {
			return List.copyOf(this.events);
		}
	}

	/**
	 * Each event as key, equals sign and value, in order.
	 */
	List<String> received() {
		return events().stream().map((event) -> event.getKey() + "=" + event.getValue(String.class)).toList();
	}

	int size() {
		synchronized (this.events) {
			return this.events.size();
		}
	}

}
