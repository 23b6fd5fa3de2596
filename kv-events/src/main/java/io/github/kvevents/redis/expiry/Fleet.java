package io.github.kvevents.redis.expiry;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The instances that take expiries of one partition, as this instance knows them. Decides
 * how to continue with an expiry that this instance has handled. Confined to one thread,
 * but for {@link #changed()} and {@link #isAnnounced()}.
 */
final class Fleet {

	private final GroupMember member;

	private final OwnAnnouncement own;

	private final BooleanSupplier taking;

	private final long validMillis;

	private final Consumer<Collection<Announcement>> othersListener;

	private String version = "";

	private Map<String, Announcement> others = Map.of();

	private boolean alike = true;

	/** What was announced, {@code null} while this instance takes nothing. */
	private volatile @Nullable Announcement announced;

	private volatile boolean outdated = true;

	/**
	 * Creates a fleet without known instances.
	 * @param taking whether this instance takes expiries
	 * @param validMillis how long an announcement is valid
	 * @param othersListener receives what other instances announce, when it has changed
	 */
	Fleet(GroupMember member, OwnAnnouncement own, BooleanSupplier taking, long validMillis,
			Consumer<Collection<Announcement>> othersListener) {
		this.member = member;
		this.own = own;
		this.taking = taking;
		this.validMillis = validMillis;
		this.othersListener = othersListener;
	}

	/**
	 * Called when instances have started, stopped or changed.
	 */
	void changed() {
		this.outdated = true;
	}

	/**
	 * Whether this instance has announced that it takes expiries. For any thread.
	 */
	boolean isAnnounced() {
		return this.announced != null;
	}

	/**
	 * Checks whether receivers of this instance were added or removed without notice.
	 */
	void refreshOwn() {
		this.own.refresh();
	}

	/**
	 * Whether the announcement or the view of the other instances is outdated.
	 * @param leaving whether this instance takes no more expiries
	 */
	boolean isOutdated(boolean leaving) {
		return this.outdated || announcement(leaving) != this.announced;
	}

	private @Nullable Announcement announcement(boolean leaving) {
		return (!leaving && this.taking.getAsBoolean()) ? this.own.get() : null;
	}

	/**
	 * Announces the receivers of this instance, and reads those of the others.
	 * @param leaving whether this instance takes no more expiries
	 * @return whether this instance has just stopped taking expiries
	 */
	boolean announce(RedisConnection connection, boolean leaving) {
		this.outdated = false;
		Announcement announcement = announcement(leaving);
		Announcement former = this.announced;
		GroupMember.Members members = this.member.announce(connection, announcement, this.validMillis, this.version);
		this.announced = announcement;
		if (!members.version().equals(this.version)) {
			this.version = members.version();
			this.others = members.others();
			this.othersListener.accept(this.others.values());
		}
		String fingerprint = this.own.get().fingerprint();
		this.alike = this.others.values().stream().allMatch((other) -> other.fingerprint().equals(fingerprint));
		if (announcement != null && !announcement.equals(former) && !this.others.isEmpty()
				&& this.others.values().stream().noneMatch((other) -> other.hasAll(announcement))) {
			this.member.wake(connection, this.others.keySet());
		}
		return announcement == null && former != null;
	}

	String version() {
		return this.version;
	}

	/**
	 * Whether the key has the key prefix of this instance: another application in the
	 * namespace may have another one.
	 */
	boolean owns(TakenExpiry expiry) {
		return this.own.get().owns(expiry.name());
	}

	/**
	 * How to continue with an expiry that this instance has handled.
	 */
	Next next(TakenExpiry expiry) {
		Announcement own = this.own.get();
		if (expiry.isDropped()
				|| (expiry.isReached() && this.alike && own.equals(this.announced) && expiry.wasAskedOnlyFor(own))) {
			return Next.DONE;
		}
		Next next = next(expiry, own, false);
		if (next == null && !expiry.isReached()) {
			next = next(expiry, own, true);
		}
		if (next != null) {
			return next;
		}
		return expiry.isReached() ? Next.DONE : Next.WAIT;
	}

	private @Nullable Next next(TakenExpiry expiry, Announcement own, boolean observers) {
		if (this.announced != null && !expiry.wasAskedFor(own) && own.missing(expiry, observers) > 0) {
			return Next.AGAIN;
		}
		Next next = null;
		int most = 0;
		for (Map.Entry<String, Announcement> other : this.others.entrySet()) {
			int missing = expiry.wasAskedFor(other.getValue()) ? 0 : other.getValue().missing(expiry, observers);
			// a random one among equals, so that they share the work
			if (missing > most || (missing == most && missing > 0 && ThreadLocalRandom.current().nextBoolean())) {
				most = missing;
				next = new Next(Next.Kind.HAND_ON, other.getKey());
			}
		}
		return next;
	}

	/**
	 * How to continue with an expiry.
	 *
	 * @param kind the kind of step
	 * @param instanceId the instance that it is handed on to, empty for none
	 */
	record Next(Kind kind, String instanceId) {

		/** All receivers have received it. */
		static final Next DONE = new Next(Kind.DONE, "");

		/** This instance has a new receiver for it. */
		static final Next AGAIN = new Next(Kind.AGAIN, "");

		/** There is no receiver for it yet. */
		static final Next WAIT = new Next(Kind.WAIT, "");

		enum Kind {

			DONE, HAND_ON, AGAIN, WAIT

		}

	}

}
