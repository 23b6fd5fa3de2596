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

	/** Replaced with the lock held, which is never held while others are asked. */
	private volatile Known known = new Known(null, List.of());

	OwnAnnouncement(KvEventDispatcher dispatcher, String keyPrefix) {
		this.dispatcher = dispatcher;
		this.keyPrefix = keyPrefix;
	}

	Announcement get() {
		while (true) {
			Known known = this.known;
			Announcement announcement = known.announcement;
			if (announcement != null) {
				return announcement;
			}
			List<KvReceiver> found = find();
			// otherwise another thread was first, or a receiver came or went meanwhile
			replace(known, new Known(Announcement.of(this.keyPrefix, found), found));
		}
	}

	/**
	 * Without a lock, since Spring is asked, which may be about to make a bean that adds
	 * a receiver.
	 */
	private List<KvReceiver> find() {
		return this.dispatcher.receivers(KvEventType.EXPIRED);
	}

	/**
	 * Checks for receivers that were added or removed without a call of
	 * {@link #changed()}, at most once a second.
	 */
	void refresh() {
		Known known = this.known;
		Announcement announcement = known.announcement;
		if (announcement == null || !this.announceInterval.restartIfDue()) {
			return;
		}
		List<KvReceiver> found = find();
		if (!found.equals(known.receivers)) {
			Announcement anew = Announcement.of(this.keyPrefix, found);
			boolean same = anew.fingerprint().equals(announcement.fingerprint());
			replace(known, new Known(same ? announcement : anew, found));
		}
	}

	/**
	 * Called when a receiver may have been added or removed, also by a thread that makes
	 * a bean: it waits for nobody. A determination that is running is repeated.
	 */
	synchronized void changed() {
		this.known = new Known(null, List.of());
	}

	private synchronized void replace(Known before, Known after) {
		if (this.known == before) {
			this.known = after;
		}
	}

	/**
	 * What was found last. Compared by identity: the same may have been found anew.
	 */
	private static final class Known {

		/** {@code null} if it is to be determined anew. */
		private final @Nullable Announcement announcement;

		private final List<KvReceiver> receivers;

		Known(@Nullable Announcement announcement, List<KvReceiver> receivers) {
			this.announcement = announcement;
			this.receivers = receivers;
		}

	}

}
