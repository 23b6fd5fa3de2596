package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.support.Alarm;
import io.github.kvevents.support.LoopHealth;

/**
 * The thread that tells the server what has become of the expiries of one partition that
 * this instance took: which are done, and which it still works on.
 */
final class ExpiredKeeper implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_IDS = 500;

	private static final long MAX_WAIT_MILLIS = 250;

	private final RedisConnectionFactory connectionFactory;

	private final ExpiredStream stream;

	private final InFlight inFlight;

	private final Duration claimAfter;

	private final Pause touchPause;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Acknowledging expired keys");

	private final Alarm alarm = new Alarm();

	private final long waitMillis;

	private final List<String> done = new ArrayList<>();

	private volatile boolean stopped;

	ExpiredKeeper(RedisConnectionFactory connectionFactory, ExpiredStream stream, InFlight inFlight,
			Duration claimAfter) {
		this.connectionFactory = connectionFactory;
		this.stream = stream;
		this.inFlight = inFlight;
		this.claimAfter = claimAfter;
		this.touchPause = new Pause(claimAfter.dividedBy(3));
		this.waitMillis = Math.min(MAX_WAIT_MILLIS, claimAfter.dividedBy(6).toMillis());
	}

	/**
	 * Has the thread end when it has acknowledged what is done and given away what is
	 * not.
	 */
	void stop() {
		this.stopped = true;
		this.alarm.ringIn(0);
	}

	@Override
	public void run() {
		while (!this.stopped) {
			try {
				turn();
				this.health.succeeded();
			}
			catch (Throwable ex) {
				this.alarm.doze(this.health.failed(ex));
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
		boolean touchIsDue = this.touchPause.isOver();
		if (this.done.isEmpty() && !touchIsDue) {
			return;
		}
		withConnection((connection) -> {
			acknowledge(connection);
			if (touchIsDue) {
				touch(connection, Duration.ZERO);
			}
		});
	}

	private void finish() throws InterruptedException {
		List<String> last;
		do {
			last = this.inFlight.pollDone(MAX_IDS, 0);
			this.done.addAll(last);
			withConnection(this::acknowledge);
		}
		while (!last.isEmpty());
		withConnection((connection) -> touch(connection, this.claimAfter.plusMillis(1)));
	}

	private void acknowledge(RedisConnection connection) {
		if (!this.done.isEmpty()) {
			this.stream.acknowledge(connection, this.done);
			this.inFlight.remove(this.done);
			this.done.clear();
		}
	}

	private void touch(RedisConnection connection, Duration idle) {
		List<String> ids = this.inFlight.ids();
		try {
			for (int start = 0; start < ids.size(); start += MAX_IDS) {
				this.stream.touch(connection, ids.subList(start, Math.min(ids.size(), start + MAX_IDS)), idle);
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
