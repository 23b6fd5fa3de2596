package io.github.kvevents.redis.expiry;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * The instances that take expiries of one partition, as this instance knows them, and
 * what is to become of an expiry that it has looked at. Confined to one thread, but for
 * {@link #changed()} and {@link #isAnnounced()}.
 */
final class Fleet {

	private final ExpiredStream stream;

	private final OwnAnnouncement own;

	private final BooleanSupplier taking;

	private final long validMillis;

	private String version = "";

	private Map<String, Announcement> others = Map.of();

	private boolean alike = true;

	/** What was announced, {@code null} while this instance takes nothing. */
	private volatile @Nullable Announcement announced;

	private volatile boolean outdated = true;

	/**
	 * Creates a fleet of which nothing is known.
	 * @param taking whether this instance takes expiries
	 * @param validMillis for how long an announcement holds
	 */
	Fleet(ExpiredStream stream, OwnAnnouncement own, BooleanSupplier taking, long validMillis) {
		this.stream = stream;
		this.own = own;
		this.taking = taking;
		this.validMillis = validMillis;
	}

	/**
	 * Instances have come, gone or changed.
	 */
	void changed() {
		this.outdated = true;
	}

	/**
	 * Whether other instances know that this one takes expiries. For any thread.
	 */
	boolean isAnnounced() {
		return this.announced != null;
	}

	/**
	 * Looks whether this instance has receivers that came or went without a call.
	 */
	void refreshOwn() {
		this.own.refresh();
	}

	/**
	 * Whether there is something to announce or to find out.
	 * @param leaving whether this instance takes no more expiries
	 */
	boolean isOutdated(boolean leaving) {
		return this.outdated || announcement(leaving) != this.announced;
	}

	private @Nullable Announcement announcement(boolean leaving) {
		return (!leaving && this.taking.getAsBoolean()) ? this.own.get() : null;
	}

	/**
	 * Announces what this instance receives, and learns what others do.
	 * @param leaving whether this instance takes no more expiries
	 * @return whether this instance takes nothing from now on, and did before
	 */
	boolean announce(RedisConnection connection, boolean leaving) {
		this.outdated = false;
		Announcement announcement = announcement(leaving);
		Announcement former = this.announced;
		ExpiredStream.Members members = this.stream.announce(connection, announcement, this.validMillis, this.version);
		this.announced = announcement;
		if (!members.version().equals(this.version)) {
			this.version = members.version();
			this.others = members.others();
		}
		String fingerprint = this.own.get().fingerprint();
		this.alike = this.others.values().stream().allMatch((other) -> other.fingerprint().equals(fingerprint));
		if (announcement != null && !announcement.equals(former) && !this.others.isEmpty()
				&& this.others.values().stream().noneMatch((other) -> other.hasAll(announcement))) {
			this.stream.wake(connection, this.others.keySet());
		}
		return announcement == null && former != null;
	}

	String version() {
		return this.version;
	}

	/**
	 * Whether the key may be one of this instance's: another application in the namespace
	 * may have another prefix.
	 */
	boolean owns(TakenExpiry expiry) {
		return this.own.get().owns(expiry.name());
	}

	/**
	 * What is to become of an expiry that this instance has looked at.
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
			// of several alike any one, so that they share the work
			if (missing > most || (missing == most && missing > 0 && ThreadLocalRandom.current().nextBoolean())) {
				most = missing;
				next = new Next(Next.Kind.HAND_ON, other.getKey());
			}
		}
		return next;
	}

	/**
	 * What is to become of an expiry.
	 *
	 * @param kind what
	 * @param instanceId the instance that gets it, empty if it is handed on to none
	 */
	record Next(Kind kind, String instanceId) {

		/** Everybody has received it. */
		static final Next DONE = new Next(Kind.DONE, "");

		/** A receiver has come to this instance. */
		static final Next AGAIN = new Next(Kind.AGAIN, "");

		/** Nobody receives it. */
		static final Next WAIT = new Next(Kind.WAIT, "");

		enum Kind {

			DONE, HAND_ON, AGAIN, WAIT

		}

	}

}
