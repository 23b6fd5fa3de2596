package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * Acknowledges the expiries of one partition that this instance has handled, hands them
 * on to other instances, or keeps them for a while, since a receiver may be added.
 * Confined to one thread.
 */
final class HandledExpiries {

	/**
	 * What is kept at most for receivers that may come: the oldest are acknowledged
	 * earlier.
	 */
	static final int MAX_WAITING = 10_000;

	static final long MAX_WAITING_BYTES = 16 << 20;

	private static final int MAX_IDS = 500;

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private final GroupMember member;

	private final InFlight inFlight;

	private final ExpiredIntake intake;

	private final Fleet fleet;

	private final TrackingCounters counters;

	private final long patienceNanos;

	private final LongSupplier nanoTime;

	/** In the order in which they came. */
	private final Map<String, TakenExpiry> waiting = new LinkedHashMap<>();

	private long waitingBytes;

	private boolean looksAnew;

	/**
	 * Creates it.
	 * @param patience how long to keep what nobody receives
	 */
	HandledExpiries(GroupMember member, InFlight inFlight, ExpiredIntake intake, Fleet fleet, TrackingCounters counters,
			Duration patience, LongSupplier nanoTime) {
		this.member = member;
		this.inFlight = inFlight;
		this.intake = intake;
		this.fleet = fleet;
		this.counters = counters;
		this.patienceNanos = patience.toNanos();
		this.nanoTime = nanoTime;
	}

	/**
	 * Receivers may have come: what waits for one is looked at anew.
	 */
	void fleetChanged() {
		this.looksAnew = true;
	}

	/**
	 * Whether something waits that has to be looked at.
	 */
	boolean isDue() {
		return !this.waiting.isEmpty() && (this.looksAnew || isOver(this.waiting.values().iterator().next()));
	}

	private boolean isOver(TakenExpiry expiry) {
		return this.nanoTime.getAsLong() - expiry.waitsSince() >= this.patienceNanos;
	}

	/**
	 * Acknowledges expiries, and those that wait for a receiver if they are due.
	 * @return {@code false} if other instances have changed, and the call must be retried
	 */
	boolean acknowledge(RedisConnection connection, List<TakenExpiry> done) {
		for (int start = 0; start < done.size(); start += MAX_IDS) {
			// expiries acknowledged before the fleet changed are not in flight any more
			List<TakenExpiry> part = done.subList(start, Math.min(done.size(), start + MAX_IDS));
			if (!acknowledgePart(connection, part.stream().filter(this::isOpen).toList())) {
				return false;
			}
		}
		if (this.looksAnew) {
			List<TakenExpiry> all = List.copyOf(this.waiting.values());
			for (int start = 0; start < all.size(); start += MAX_IDS) {
				if (!acknowledgePart(connection, all.subList(start, Math.min(all.size(), start + MAX_IDS)))) {
					return false;
				}
			}
			this.looksAnew = false;
		}
		return giveUp(connection);
	}

	private boolean isOpen(TakenExpiry expiry) {
		return this.inFlight.contains(expiry.id()) && !this.waiting.containsKey(expiry.id());
	}

	private boolean acknowledgePart(RedisConnection connection, List<TakenExpiry> expiries) {
		List<String> done = new ArrayList<>();
		Map<TakenExpiry, String> handedOn = new LinkedHashMap<>();
		List<TakenExpiry> again = new ArrayList<>();
		List<TakenExpiry> waits = new ArrayList<>();
		for (TakenExpiry expiry : expiries) {
			Fleet.Next next = this.fleet.next(expiry);
			switch (next.kind()) {
				case DONE -> done.add(expiry.id());
				case HAND_ON -> handedOn.put(expiry, next.instanceId());
				case AGAIN -> again.add(expiry);
				case WAIT -> waits.add(expiry);
			}
		}
		if (!(done.isEmpty() && handedOn.isEmpty())
				&& !this.member.acknowledge(connection, this.fleet.version(), done, handedOn)) {
			return false;
		}
		handedOn.keySet().forEach((expiry) -> done.add(expiry.id()));
		forget(done);
		waits.forEach(this::keep);
		again.forEach(this::unkeep);
		this.inFlight.setWaiting(this.waiting.size());
		this.intake.handleAgain(connection, again);
		return true;
	}

	/**
	 * Acknowledges what has waited for long enough, and what there is no room for.
	 */
	private boolean giveUp(RedisConnection connection) {
		List<String> over = new ArrayList<>();
		int left = this.waiting.size();
		long leftBytes = this.waitingBytes;
		List<TakenExpiry> foreign = new ArrayList<>();
		Iterator<TakenExpiry> oldest = this.waiting.values().iterator();
		while (oldest.hasNext() && over.size() < MAX_IDS) {
			TakenExpiry expiry = oldest.next();
			if (left <= MAX_WAITING && leftBytes <= MAX_WAITING_BYTES) {
				if (!isOver(expiry)) {
					break;
				}
				if (!this.fleet.owns(expiry)) {
					foreign.add(expiry);
					continue;
				}
			}
			over.add(expiry.id());
			left--;
			leftBytes -= expiry.size();
		}
		// not this application's to acknowledge: it waits on
		foreign.forEach(this::unkeep);
		foreign.forEach(this::keep);
		if (over.isEmpty()) {
			return true;
		}
		if (!this.member.acknowledge(connection, this.fleet.version(), over, Map.of())) {
			return false;
		}
		forget(over);
		this.inFlight.setWaiting(this.waiting.size());
		this.counters.unreceived(over.size());
		logger.debug("Acknowledged " + over.size() + " expiries that no hook of a live instance selects");
		return true;
	}

	private void keep(TakenExpiry expiry) {
		if (this.waiting.putIfAbsent(expiry.id(), expiry) == null) {
			expiry.waitsSince(this.nanoTime.getAsLong());
			this.waitingBytes += expiry.size();
		}
	}

	private void unkeep(TakenExpiry expiry) {
		if (this.waiting.remove(expiry.id()) != null) {
			this.waitingBytes -= expiry.size();
		}
	}

	private void forget(List<String> ids) {
		for (String id : ids) {
			TakenExpiry expiry = this.waiting.remove(id);
			if (expiry != null) {
				this.waitingBytes -= expiry.size();
			}
		}
		this.inFlight.remove(ids);
	}

}
