package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.redis.RedisConnections;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * The thread that acknowledges the expiries of one partition that this instance has
 * handled, keeps its claim on those in flight, and announces its receivers.
 */
final class ExpiredAcknowledger implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_IDS = 500;

	private static final long MAX_WAIT_MILLIS = 1000;

	private final RedisConnections connections;

	private final GroupMember member;

	private final InFlight inFlight;

	private final ExpiredIntake intake;

	private final Fleet fleet;

	private final HandledExpiries handled;

	private final Duration claimAfter;

	private final Interval touchInterval;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Acknowledging expired keys");

	private final Waiter waiter = new Waiter();

	private final long waitMillis;

	private final List<TakenExpiry> done = new ArrayList<>();

	private volatile boolean stopped;

	private volatile boolean leaving;

	ExpiredAcknowledger(RedisConnections connections, GroupMember member, InFlight inFlight, ExpiredIntake intake,
			Fleet fleet, HandledExpiries handled, Duration claimAfter) {
		this.connections = connections;
		this.member = member;
		this.inFlight = inFlight;
		this.intake = intake;
		this.fleet = fleet;
		this.handled = handled;
		this.claimAfter = claimAfter;
		this.touchInterval = new Interval(claimAfter.dividedBy(3));
		this.waitMillis = Math.min(MAX_WAIT_MILLIS, claimAfter.dividedBy(6).toMillis());
	}

	/**
	 * Wakes the thread to check whether there is something to announce.
	 */
	void wake() {
		this.inFlight.wake();
	}

	/**
	 * Whether this instance takes expiries and has announced it.
	 */
	boolean isAnnounced() {
		return !this.leaving && this.fleet.isAnnounced();
	}

	/**
	 * Called when other instances have changed.
	 */
	void fleetChanged() {
		this.fleet.changed();
		wake();
	}

	/**
	 * Announces that this instance takes no more expiries, so that other instances take
	 * over those that wait here for a receiver.
	 */
	void leave() {
		this.leaving = true;
		wake();
	}

	/**
	 * Stops the thread after it has acknowledged what is done and released the rest.
	 */
	void stop() {
		this.stopped = true;
		this.waiter.wakeUp();
		wake();
	}

	@Override
	public void run() {
		while (!this.stopped) {
			try {
				turn();
				this.health.succeeded();
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
		try {
			finish();
		}
		catch (Throwable ex) {
			logger.debug("Expiries in flight could not be released: other instances take them over "
					+ "after 'kv.events.expiry.claim-after'", ex);
		}
	}

	/**
	 * After an outage nothing waits for the next interval: the claims may be about to
	 * end.
	 */
	private void failed(Throwable failure) {
		if (StoreFailure.of(failure).isOutage()) {
			this.touchInterval.makeDue();
		}
		this.waiter.awaitQuietly(this.health.failed(failure));
	}

	private void turn() throws InterruptedException {
		if (this.done.isEmpty()) {
			this.done.addAll(this.inFlight.pollDone(MAX_IDS, this.waitMillis));
		}
		this.fleet.refreshOwn();
		boolean touchIsDue = this.touchInterval.restartIfDue();
		boolean announces = touchIsDue || this.fleet.isOutdated(this.leaving);
		if (this.done.isEmpty() && !announces && !this.handled.isDue()) {
			return;
		}
		this.connections.run((connection) -> {
			if (announces) {
				announce(connection);
			}
			acknowledge(connection);
			if (touchIsDue) {
				touch(connection);
			}
		});
	}

	private void announce(RedisConnection connection) {
		if (this.fleet.announce(connection, this.leaving) && !this.leaving) {
			// expiries handed to this instance so far, and those that wait here
			this.intake.resume(() -> this.stopped);
		}
		this.handled.fleetChanged();
	}

	private void acknowledge(RedisConnection connection) {
		while (!this.handled.acknowledge(connection, this.done)) {
			this.fleet.announce(connection, this.leaving);
			this.handled.fleetChanged();
		}
		this.done.clear();
	}

	private void finish() throws InterruptedException {
		this.leaving = true;
		List<TakenExpiry> last;
		do {
			last = this.inFlight.pollDone(MAX_IDS, 0);
			this.done.addAll(last);
			this.connections.run((connection) -> {
				this.fleet.announce(connection, true);
				acknowledge(connection);
			});
		}
		while (!last.isEmpty());
		this.connections.run((connection) -> this.member.release(connection, this.claimAfter.plusMillis(1)));
	}

	private void touch(RedisConnection connection) {
		List<String> ids = this.inFlight.ids();
		try {
			for (int start = 0; start < ids.size(); start += MAX_IDS) {
				this.member.touch(connection, ids.subList(start, Math.min(ids.size(), start + MAX_IDS)));
			}
		}
		catch (DataAccessException ex) {
			if (!StoreFailure.reason(ex).startsWith("NOGROUP")) {
				throw ex;
			}
			// the server lost its data, so there is nothing to claim
		}
	}

}
