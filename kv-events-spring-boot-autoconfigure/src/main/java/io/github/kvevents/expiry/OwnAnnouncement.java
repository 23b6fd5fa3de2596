package io.github.kvevents.expiry;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;

/**
 * What this instance announces of its receivers of expiries, found out anew after each
 * change.
 */
final class OwnAnnouncement {

	private final KvEventDispatcher dispatcher;

	private final String keyPrefix;

	private final Object monitor = new Object();

	private volatile @Nullable Announcement current;

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
				announcement = Announcement.of(this.keyPrefix, this.dispatcher.receivers(KvEventType.EXPIRED));
				this.current = announcement;
			}
			return announcement;
		}
	}

	/**
	 * A receiver may have come or gone. What is being found out at the moment is found
	 * out again.
	 */
	void changed() {
		synchronized (this.monitor) {
			this.current = null;
		}
	}

}
