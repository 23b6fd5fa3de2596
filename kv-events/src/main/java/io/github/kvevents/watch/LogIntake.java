package io.github.kvevents.watch;

import java.util.Map;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.log.change.ReadAhead;

/**
 * What one watch takes of the feed. Called by one thread at a time.
 */
final class LogIntake {

	private final WatchSession session;

	private final WatchOptions options;

	private final ReadAhead ahead = new ReadAhead();

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
		return this.options.selector().selects(event.getChange());
	}

	/**
	 * Where the watch had read further than the feed.
	 */
	ReadAhead ahead() {
		return this.ahead;
	}

	void skipUpTo(Map<Integer, PartitionCursor> positions, Map<Integer, KvPosition> cursor) {
		positions.forEach((partition, read) -> {
			KvPosition position = read.position();
			KvPosition reached = cursor.get(partition);
			if (reached != null && position.compareTo(reached) > 0) {
				this.ahead.markReadUpTo(position);
			}
		});
	}

	void receive(KvPosition position, KvEvent event) {
		if (!this.ahead.isRead(position) && isChosen(event)) {
			this.session.offer(event);
		}
	}

}
