package io.github.kvevents.redis.expiry;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvDelivery;
import io.github.kvevents.KvReceiver;

/**
 * An expiry that this instance has taken: which receivers have got it, here and in
 * instances that had it before. Handed from one thread to the next.
 */
final class TakenExpiry {

	private final String id;

	private final String name;

	private final int size;

	/** The ids of the receivers that got it. */
	private final Set<String> reached = new HashSet<>();

	/** The fingerprints of what instances had that looked at it. */
	private final Set<String> asked = new HashSet<>();

	private @Nullable Announcement askedHere;

	private boolean dropped;

	private long waitsSince;

	/**
	 * Creates one.
	 * @param id the id of its entry
	 * @param name the name of the key in Redis
	 * @param size how many bytes the entry has, about
	 * @param note what was noted when it was handed on, {@code null} if it wasn't
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
	 * What can't be read: nobody receives it.
	 */
	static TakenExpiry unreadable(String id) {
		TakenExpiry expiry = new TakenExpiry(id, "", 0, null);
		expiry.dropped = true;
		return expiry;
	}

	private static void read(String joined, Set<String> target) {
		for (String part : joined.split(",")) {
			if (!part.isEmpty()) {
				target.add(URLDecoder.decode(part, StandardCharsets.UTF_8));
			}
		}
	}

	/**
	 * What to note before another instance gets it.
	 */
	String note() {
		return Stream.of(this.reached, this.asked)
			.map((part) -> part.stream()
				.map((element) -> URLEncoder.encode(element, StandardCharsets.UTF_8))
				.collect(Collectors.joining(",")))
			.collect(Collectors.joining(";"));
	}

	/**
	 * This instance has looked who of its own is to get it.
	 * @param receivers what it had
	 * @param reached the ids of those that got it
	 */
	void askedHere(Announcement receivers, Set<String> reached) {
		this.askedHere = receivers;
		this.asked.add(receivers.fingerprint());
		this.reached.addAll(reached);
	}

	/**
	 * The receivers of this instance are done with it. A hook that was closed before it
	 * handled it counts as absent: one of the same id may be in another instance.
	 * @param receivers what this instance had
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
	 * Whether all that looked at it had these receivers.
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
	 * Whether the receiver was among those of this instance when it looked at it.
	 */
	boolean wasAskedFor(String keyPrefix, KvReceiver receiver) {
		return this.askedHere != null && this.askedHere.has(keyPrefix, receiver);
	}

	/**
	 * Since when it waits for somebody to receive it.
	 */
	long waitsSince() {
		return this.waitsSince;
	}

	void waitsSince(long nanoTime) {
		this.waitsSince = nanoTime;
	}

}
