package io.github.kvevents.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;

/**
 * What one watch takes of the changes of this instance. While it is opened it collects
 * them by key: once a key's value is read, what was collected of it is in that value
 * already.
 */
final class LocalIntake {

	private final WatchSession session;

	private final WatchOptions options;

	private State state = State.OPENING;

	private final Map<String, List<Early>> early = new HashMap<>();

	private final Set<String> read = new HashSet<>();

	private long earlyEvents;

	LocalIntake(WatchSession session, WatchOptions options) {
		this.session = session;
		this.options = options;
	}

	/**
	 * Called while the key of the event is held.
	 */
	void receive(KvEvent event) {
		synchronized (this) {
			if (this.state == State.OPENING) {
				return;
			}
			if (this.state == State.REPLAYING) {
				this.early.computeIfAbsent(event.getKey(), (key) -> new ArrayList<>())
					.add(new Early(this.earlyEvents++, event));
				return;
			}
		}
		pass(event);
	}

	private void pass(KvEvent event) {
		if (isChosen(event)) {
			this.session.offer(event);
		}
	}

	private boolean isChosen(KvEvent event) {
		return this.options.selector().selects(event.getChange());
	}

	/**
	 * Begins to collect.
	 */
	synchronized void collect() {
		this.state = State.REPLAYING;
	}

	/**
	 * Called while the keys are held and read: what was collected of them is in their
	 * values.
	 */
	synchronized void read(List<String> keys) {
		keys.forEach(this.early::remove);
		this.read.addAll(keys);
	}

	/**
	 * The keys that were there before the first change collected of them, but gone before
	 * they could be read.
	 */
	synchronized List<String> unread() {
		return this.early.values()
			.stream()
			.map((events) -> events.get(0).event())
			.filter((event) -> event.getChange() != KvChange.CREATED && !this.read.contains(event.getKey()))
			.map(KvEvent::getKey)
			.toList();
	}

	/**
	 * Passes on what comes from now on.
	 * @return what was collected before and is still news, in the order it came
	 */
	synchronized List<KvEvent> goLive() {
		this.state = State.LIVE;
		List<KvEvent> collected = this.early.values()
			.stream()
			.flatMap(List::stream)
			.sorted(Comparator.comparingLong(Early::number))
			.map(Early::event)
			.filter(this::isChosen)
			.toList();
		this.early.clear();
		this.read.clear();
		return collected;
	}

	private enum State {

		/** Operations that it doesn't receive may still be in flight. */
		OPENING,

		REPLAYING, LIVE

	}

	private record Early(long number, KvEvent event) {
	}

}
