package io.github.kvevents.hook;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventTap;
import io.github.kvevents.KvEventTaps;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.JvmFailures;

/**
 * Decides for each operation whether a tap has to hear of it, and so whether its keys are
 * locked. Those that are not are counted while they run, so that a new tap can wait for
 * them.
 */
final class Taps implements KvEventTaps {

	private static final Log logger = LogFactory.getLog(Taps.class);

	private final List<KvEventTap> taps = new CopyOnWriteArrayList<>();

	private final UnheardOperations unheard = new UnheardOperations();

	private final KeyLocks locks;

	private volatile Runnable changeListener = () -> {
	};

	Taps(KeyLocks locks) {
		this.locks = locks;
	}

	@Override
	public void add(KvEventTap tap) {
		Assert.notNull(tap, "'tap' must not be null");
		this.taps.add(tap);
		this.changeListener.run();
	}

	@Override
	public void remove(KvEventTap tap) {
		this.taps.remove(tap);
		this.changeListener.run();
	}

	void setChangeListener(Runnable listener) {
		this.changeListener = listener;
	}

	@Override
	public void awaitUnheardOperations() {
		this.unheard.awaitEnd();
	}

	@Override
	public void runHolding(Collection<String> keys, Runnable action) {
		this.locks.run(keys, action);
	}

	boolean isEmpty() {
		return this.taps.isEmpty();
	}

	/**
	 * Runs an operation unless a tap has to hear of it.
	 * @return whether it ran
	 */
	boolean runUnheard(KvEventType type, Collection<String> keys, Runnable operation) {
		// counted before the taps are asked: a tap that comes later waits for it
		int ticket = this.unheard.begin();
		try {
			if (!this.taps.isEmpty() && isHeard(type, keys)) {
				return false;
			}
			operation.run();
			return true;
		}
		finally {
			this.unheard.end(ticket);
		}
	}

	/**
	 * Whether a tap would look at an event.
	 */
	boolean isHeard(KvEvent event) {
		return isHeard(event.getType(), List.of(event.getKey()));
	}

	private boolean isHeard(KvEventType type, Collection<String> keys) {
		for (KvEventTap tap : this.taps) {
			for (String key : keys) {
				if (tap.isInterested(type, key)) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Tells the taps, while the event's key is locked.
	 */
	void tell(KvEvent event) {
		for (KvEventTap tap : this.taps) {
			try {
				tap.onEvent(event);
			}
			catch (Throwable ex) {
				JvmFailures.rethrow(ex);
				logger.error("A tap failed for '" + KeyText.printable(event.getKey()) + "'", ex);
			}
		}
	}

}
