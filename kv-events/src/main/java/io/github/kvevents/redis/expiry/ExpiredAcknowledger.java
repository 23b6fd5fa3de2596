package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.support.Waiter;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Interval;

/**
 * The thread that tells the server what has become of the expiries of one partition that
 * this instance took, which it still works on, and what it receives.
 */
final class ExpiredAcknowledger implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_IDS = 500;

	private static final long MAX_WAIT_MILLIS = 1000;

	private final RedisConnectionFactory connectionFactory;

	private final ExpiredStream stream;

	private final InFlight inFlight;

	private final ExpiredIntake intake;

	private final Fleet fleet;

	private final Settlement settlement;

	private final Duration claimAfter;

	private final Interval touchInterval;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Acknowledging expired keys");

	private final Waiter waiter = new Waiter();

	private final long waitMillis;

	private final List<TakenExpiry> done = new ArrayList<>();

	private volatile boolean stopped;

	private volatile boolean leaving;

	ExpiredAcknowledger(RedisConnectionFactory connectionFactory, ExpiredStream stream, InFlight inFlight,
			ExpiredIntake intake, Fleet fleet, Settlement settlement, Duration claimAfter) {
		this.connectionFactory = connectionFactory;
		this.stream = stream;
		this.inFlight = inFlight;
		this.intake = intake;
		this.fleet = fleet;
		this.settlement = settlement;
		this.claimAfter = claimAfter;
		this.touchInterval = new Interval(claimAfter.dividedBy(3));
		this.waitMillis = Math.min(MAX_WAIT_MILLIS, claimAfter.dividedBy(6).toMillis());
	}

	/**
	 * Has the thread look whether there is something to announce.
	 */
	void wake() {
		this.inFlight.wake();
	}

	/**
	 * Whether this instance takes expiries, and the others know.
	 */
	boolean isAnnounced() {
		return !this.leaving && this.fleet.isAnnounced();
	}

	/**
	 * Other instances have changed.
	 */
	void fleetChanged() {
		this.fleet.changed();
		wake();
	}

	/**
	 * Has the other instances hand nothing to this one any more, and take over what waits
	 * here for a receiver.
	 */
	void leave() {
		this.leaving = true;
		wake();
	}

	/**
	 * Has the thread end when it has acknowledged what is done and given away what is
	 * not.
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
				this.waiter.awaitQuietly(this.health.failed(ex));
			}
		}
		try {
			finish();
		}
		catch (Throwable ex) {
			logger.debug("Expiries that were not finished could not be given away: other instances take them over "
					+ "after 'kv.events.expiry.claim-after'", ex);
		}
	}

	private void turn() throws InterruptedException {
		if (this.done.isEmpty()) {
			this.done.addAll(this.inFlight.pollDone(MAX_IDS, this.waitMillis));
		}
		this.fleet.refreshOwn();
		boolean touchIsDue = this.touchInterval.restartIfDue();
		boolean announces = touchIsDue || this.fleet.isOutdated(this.leaving);
		if (this.done.isEmpty() && !announces && !this.settlement.isDue()) {
			return;
		}
		withConnection((connection) -> {
			if (announces) {
				announce(connection);
			}
			settle(connection);
			if (touchIsDue) {
				touch(connection);
			}
		});
	}

	private void announce(RedisConnection connection) {
		if (this.fleet.announce(connection, this.leaving) && !this.leaving) {
			// what was handed to this instance until now, and what waits here
			this.intake.resume(() -> this.stopped);
		}
		this.settlement.fleetChanged();
	}

	private void settle(RedisConnection connection) {
		while (!this.settlement.settle(connection, this.done)) {
			this.fleet.announce(connection, this.leaving);
			this.settlement.fleetChanged();
		}
		this.done.clear();
	}

	private void finish() throws InterruptedException {
		this.leaving = true;
		List<TakenExpiry> last;
		do {
			last = this.inFlight.pollDone(MAX_IDS, 0);
			this.done.addAll(last);
			withConnection((connection) -> {
				this.fleet.announce(connection, true);
				settle(connection);
			});
		}
		while (!last.isEmpty());
		withConnection((connection) -> this.stream.release(connection, this.claimAfter.plusMillis(1)));
	}

	private void touch(RedisConnection connection) {
		List<String> ids = this.inFlight.ids();
		try {
			for (int start = 0; start < ids.size(); start += MAX_IDS) {
				this.stream.touch(connection, ids.subList(start, Math.min(ids.size(), start + MAX_IDS)));
			}
		}
		catch (DataAccessException ex) {
			if (!ExpiredStream.startsWith(ex, "NOGROUP")) {
				throw ex;
			}
			// the server lost its data, so there is nothing to keep
		}
	}

	private void withConnection(Consumer<RedisConnection> work) {
		RedisConnection connection = this.connectionFactory.getConnection();
		try {
			work.accept(connection);
		}
		finally {
			connection.close();
		}
	}

}
