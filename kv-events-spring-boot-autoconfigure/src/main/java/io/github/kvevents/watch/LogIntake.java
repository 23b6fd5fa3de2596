package io.github.kvevents.watch;

import java.util.HashMap;
import java.util.Map;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;

/**
 * What one watch takes of the feed. Called by one thread at a time.
 */
final class LogIntake {

	private final WatchSession session;

	private final WatchOptions options;

	/**
	 * Where the watch had read further than the feed.
	 */
	private final Map<Integer, KvPosition> ahead = new HashMap<>(0);

	LogIntake(WatchSession session, WatchOptions options) {
		this.session = session;
		this.options = options;
	}

	WatchSession session() {
		return this.session;
	}

	String prefix() {
		return this.options.getPrefix();
	}

	boolean isChosen(KvEvent event) {
		return this.options.getChanges().contains(event.getChange());
	}

	void skipUpTo(Map<Integer, KvPosition> positions, Map<Integer, KvPosition> cursor) {
		positions.forEach((partition, position) -> {
			KvPosition reached = cursor.get(partition);
			if (reached != null && position.compareTo(reached) > 0) {
				this.ahead.put(partition, position);
			}
		});
	}

	void receive(KvPosition position, KvEvent event) {
		if (!wasRead(position) && isChosen(event)) {
			this.session.offer(event);
		}
	}

	private boolean wasRead(KvPosition position) {
		KvPosition read = this.ahead.isEmpty() ? null : this.ahead.get(position.partition());
		if (read == null) {
			return false;
		}
		if (position.compareTo(read) >= 0) {
			this.ahead.remove(position.partition());
		}
		return position.compareTo(read) <= 0;
	}

}
