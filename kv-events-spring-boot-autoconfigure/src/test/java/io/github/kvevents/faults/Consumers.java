package io.github.kvevents.faults;

import org.springframework.context.event.EventListener;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.log.LogGapEvent;

/**
 * What receives events in an instance: a durable listener, a hook on every instance, and
 * a hook for expiries.
 */
final class Consumers {

	static final String LISTENER = "audit";

	/** What gaps of hooks on every instance name as their reader. */
	static final String HOOKS = "hooks-on-every-instance";

	static final int BATCH_SIZE = 20;

	static final int CONCURRENCY = 2;

	private final HistoryFile history;

	Consumers(HistoryFile history) {
		this.history = history;
	}

	@KvListener(id = LISTENER, batchSize = BATCH_SIZE, concurrency = CONCURRENCY)
	void handle(KvEvent event) {
		this.history.delivered(event);
	}

	@KvHook(scope = KvHookScope.EVERY_INSTANCE)
	void everywhere(KvEvent event) {
		this.history.hooked(event);
	}

	@OnKvExpired(id = "expired")
	void expired(KvExpiredEvent event) {
		this.history.expired(event);
	}

	@EventListener
	void gap(LogGapEvent gap) {
		// who has read nothing yet, since Redis did not answer at the start, knows no
		// better
		if (gap.getAfter() != null) {
			this.history.gap(gap);
		}
	}

}
