package io.github.kvevents.redis.expiry;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvReceiver;

/**
 * An expiry that this instance has taken, with the receivers that have received it, here
 * and in instances that had it before. Passed from one thread to the next.
 */
final class TakenExpiry {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private final String id;

	private final String name;

	private final int size;

	/** The ids of the receivers that have received it. */
	private final Set<String> reached = new HashSet<>();

	/** The fingerprints of the announcements of instances that have handled it. */
	private final Set<String> asked = new HashSet<>();

	private @Nullable Announcement askedHere;

	private boolean dropped;

	private long waitsSince;

	/**
	 * Creates a taken expiry.
	 * @param id the id of its entry
	 * @param name the name of the key in Redis
	 * @param size the approximate number of bytes of the entry
	 * @param note the note of the instance that handed it on, {@code null} if it was not
	 * handed on
	 */
	TakenExpiry(String id, String name, int size, @Nullable String note) {
		this.id = id;
		this.name = name;
		this.size = size;
		if (note != null) {
			String[] parts = note.split(";", 2);
			read(parts[0], this.reached);
			read(parts[parts.length - 1], this.asked);
		}
	}

	/**
	 * Creates an expiry that can't be read: it has no receivers.
	 */
	static TakenExpiry unreadable(String id) {
		TakenExpiry expiry = new TakenExpiry(id, "", 0, null);
		expiry.dropped = true;
		return expiry;
	}

	private static void read(String joined, Set<String> target) {
		for (String part : joined.split(",")) {
			if (!part.isEmpty()) {
				try {
					target.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
				}
				catch (IllegalArgumentException ex) {
					// none of ours: without it the expiry is redelivered rather than lost
					logger.debug("The note on an expiry can't be read", ex);
				}
			}
		}
	}

	/**
	 * The note for the instance that it is handed on to.
	 */
	String note() {
		return Stream.of(this.reached, this.asked)
			.map((part) -> part.stream()
				.map((element) -> URLEncoder.encode(element, StandardCharsets.UTF_8))
				.collect(Collectors.joining(",")))
			.collect(Collectors.joining(";"));
	}

	/**
	 * Records that this instance has determined its receivers.
	 * @param receivers the receivers of this instance
	 * @param reached the ids of those that have received it
	 */
	void askedHere(Announcement receivers, Set<String> reached) {
		this.askedHere = receivers;
		this.asked.add(receivers.fingerprint());
		this.reached.addAll(reached);
	}

	/**
	 * Records that the receivers of this instance are done. A hook that was closed before
	 * it handled the expiry counts as absent: another instance may have one with the same
	 * id.
	 * @param receivers the receivers of this instance
	 */
	void handledHere(Announcement receivers, KvDelivery delivery) {
		Set<String> handled = new HashSet<>(delivery.reached());
		handled.removeAll(delivery.withdrawn());
		askedHere(receivers.without(delivery.withdrawn()), handled);
	}

	String id() {
		return this.id;
	}

	String name() {
		return this.name;
	}

	int size() {
		return this.size;
	}

	boolean isDropped() {
		return this.dropped;
	}

	boolean isReached() {
		return !this.reached.isEmpty();
	}

	/**
	 * Whether all instances that have handled it had these receivers.
	 */
	boolean wasAskedOnlyFor(Announcement receivers) {
		return this.asked.size() == 1 && this.asked.contains(receivers.fingerprint());
	}

	Set<String> reached() {
		return Set.copyOf(this.reached);
	}

	boolean hasReached(String receiverId) {
		return this.reached.contains(receiverId);
	}

	boolean wasAskedFor(Announcement receivers) {
		return this.asked.contains(receivers.fingerprint());
	}

	/**
	 * Whether the receiver was among those of this instance when it handled the expiry.
	 */
	boolean wasAskedFor(String keyPrefix, KvReceiver receiver) {
		return this.askedHere != null && this.askedHere.has(keyPrefix, receiver);
	}

	/**
	 * Since when it waits for a receiver.
	 */
	long waitsSince() {
		return this.waitsSince;
	}

	void waitsSince(long nanoTime) {
		this.waitsSince = nanoTime;
	}

}
