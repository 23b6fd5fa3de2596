package io.github.kvevents.actuate;

import java.util.List;

import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;

/**
 * Says which listeners are held up by an event that keeps failing.
 */
final class ListenerWarnings {

	/**
	 * With the default pauses, about a minute and a half of failures.
	 */
	static final int HELD_UP = 10;

	private ListenerWarnings() {
	}

	static List<String> of(KvListenerRegistry listeners) {
		return listeners.all()
			.stream()
			.filter((listener) -> isHeldUp(listener, listener.getStats()))
			.map((listener) -> warning(listener.getId(), listener.getStats()))
			.toList();
	}

	private static boolean isHeldUp(KvSubscription listener, KvListenerStats stats) {
		int limit = listener.getOptions().getMaxAttempts();
		return stats.attempts() >= ((limit > 0) ? Math.min(limit, HELD_UP) : HELD_UP);
	}

	private static String warning(String id, KvListenerStats stats) {
		return ("Listener '%s' is held up by an event that failed %d times, last with %s: mend the handler, or pass over "
				+ "the event with 'seek' or 'checkpoint'.")
			.formatted(id, stats.attempts(), stats.lastError());
	}

}
