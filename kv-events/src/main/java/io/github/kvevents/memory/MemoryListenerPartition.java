package io.github.kvevents.memory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint;
import io.github.kvevents.listener.Lease;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.support.Delay;

/**
 * The state of one partition of a listener. Guarded by the lock of the store.
 */
final class MemoryListenerPartition {

	final Map<String, Term> members = new TreeMap<>();

	final Set<KvPosition> deadLettered = new HashSet<>();

	final Map<String, StoredLetter> letters = new LinkedHashMap<>();

	final Map<String, Term> claims = new HashMap<>();

	@Nullable String owner;

	Term term = Term.NONE;

	long epoch;

	/** The epoch of the lease, which stays as it is when the checkpoint is moved. */
	long taken;

	@Nullable Lease quiet;

	@Nullable Lease fenced;

	long seenAt = Long.MIN_VALUE;

	long removedAt;

	boolean paused;

	@Nullable Checkpoint checkpoint;

	/**
	 * Whether the listener was active since then. A time that lies ahead counts from now
	 * on: the clock was set back.
	 */
	boolean isSeenSince(long since, long now) {
		this.seenAt = Math.min(this.seenAt, now);
		return this.seenAt > since;
	}

	boolean isHeldBy(Lease lease) {
		return lease.instance().equals(this.owner) && lease.epoch() == this.epoch;
	}

	boolean isOf(Lease lease) {
		return lease.instance().equals(this.owner) && lease.epoch() == this.taken;
	}

	/**
	 * The time for which a lease or a claim holds. It doesn't while its start lies ahead:
	 * the clock was set back.
	 */
	record Term(long since, Duration duration) {

		static final Term NONE = new Term(0, Duration.ZERO);

		long until() {
			return Delay.ofMillis(this.since).plus(Delay.of(this.duration)).toMillis();
		}

		boolean holds(long now) {
			return now >= this.since && now < until();
		}

	}

}
