package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.support.Interval;

/**
 * The current announcement of the receivers of this instance, determined after each
 * change and once a second.
 */
final class OwnAnnouncement {

	private final KvEventDispatcher dispatcher;

	private final String keyPrefix;

	/** Spring listeners are added and removed without notice. */
	private final Interval announceInterval = new Interval(Duration.ofSeconds(1));

	private final Object monitor = new Object();

	private volatile @Nullable Announcement current;

	/** The receivers found last. */
	private List<KvReceiver> receivers = List.of();

	OwnAnnouncement(KvEventDispatcher dispatcher, String keyPrefix) {
		this.dispatcher = dispatcher;
		this.keyPrefix = keyPrefix;
	}

	Announcement get() {
		Announcement announcement = this.current;
		if (announcement != null) {
			return announcement;
		}
		synchronized (this.monitor) {
			announcement = this.current;
			if (announcement == null) {
				announcement = find();
				this.current = announcement;
			}
			return announcement;
		}
	}

	private Announcement find() {
		List<KvReceiver> found = this.dispatcher.receivers(KvEventType.EXPIRED);
		this.receivers = found;
		return Announcement.of(this.keyPrefix, found);
	}

	/**
	 * Checks for receivers that were added or removed without a call of
	 * {@link #changed()}, at most once a second.
	 */
	void refresh() {
		if (!this.announceInterval.restartIfDue()) {
			return;
		}
		synchronized (this.monitor) {
			if (this.dispatcher.receivers(KvEventType.EXPIRED).equals(this.receivers)) {
				return;
			}
			Announcement found = find();
			Announcement known = this.current;
			if (known != null && !known.fingerprint().equals(found.fingerprint())) {
				this.current = found;
			}
		}
	}

	/**
	 * Called when a receiver may have been added or removed. A determination that is
	 * running is repeated.
	 */
	void changed() {
		synchronized (this.monitor) {
			this.current = null;
		}
	}

}
