package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;

import io.github.kvevents.support.Alarm;
import io.github.kvevents.support.LoopHealth;

/**
 * The thread that takes expiries of one partition, as many as this instance has room for,
 * while somebody in it would hear of them. It looks from time to time for what instances
 * that are gone left behind.
 */
final class ExpiredReader implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_READ = 100;

	/** How often to look whether somebody hears, while nobody does. */
	private static final long IDLE_MILLIS = 200;

	private final RedisConnectionFactory connectionFactory;

	private final ExpiredStream stream;

	private final InFlight inFlight;

	private final BiConsumer<ExpiredEntry, Runnable> handler;

	private final BooleanSupplier heard;

	private final TrackingCounters counters;

	private final Duration claimAfter;

	private final Duration wait;

	private final Pause claimPause;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Reading expired keys");

	private final Alarm alarm = new Alarm();

	private String claimFrom = ExpiredStream.START;

	private volatile boolean stopped;

	private @Nullable RedisConnection connection;

	ExpiredReader(RedisConnectionFactory connectionFactory, ExpiredStream stream, InFlight inFlight,
			BiConsumer<ExpiredEntry, Runnable> handler, BooleanSupplier heard, TrackingCounters counters,
			Duration claimAfter, Duration wait) {
		this.connectionFactory = connectionFactory;
		this.stream = stream;
		this.inFlight = inFlight;
		this.handler = handler;
		this.heard = heard;
		this.counters = counters;
		this.claimAfter = claimAfter;
		this.wait = wait;
		this.claimPause = new Pause(claimAfter.dividedBy(3));
	}

	void stop() {
		this.stopped = true;
		this.alarm.ringIn(0);
	}

	@Override
	public void run() {
		while (!this.stopped) {
			try {
				if (this.heard.getAsBoolean()) {
					turn();
				}
				else {
					disconnect();
					this.alarm.doze(IDLE_MILLIS);
				}
				this.health.succeeded();
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
		disconnect();
	}

	private void turn() throws InterruptedException {
		RedisConnection connection = this.connection;
		if (connection == null) {
			connection = this.connectionFactory.getConnection();
			this.connection = connection;
			this.stream.ensureGroup(connection);
			resume(connection);
		}
		if (this.claimPause.isOver()) {
			claim(connection);
		}
		int room = this.inFlight.awaitRoom(this.wait.toMillis());
		if (room > 0 && !this.stopped) {
			for (ByteRecord entry : this.stream.read(connection, Math.min(room, MAX_READ), this.wait)) {
				take(entry.getId().getValue(), () -> ExpiredEntry.of(entry));
			}
		}
	}

	/**
	 * Takes up what this instance read and then lost sight of, because a reply did not
	 * arrive or the instance was started anew under the same id.
	 */
	private void resume(RedisConnection connection) {
		String after = ExpiredStream.START;
		do {
			ExpiredStream.Page page = this.stream.resume(connection, after, MAX_READ);
			takeAgain(page.entries());
			after = page.next();
		}
		while (!after.equals(ExpiredStream.START) && !this.stopped);
	}

	/**
	 * Takes over what instances that are gone left behind, as far as there is room. It
	 * goes on next time where it ended: entries that are not idle would otherwise hide
	 * those behind them for ever.
	 */
	private void claim(RedisConnection connection) throws InterruptedException {
		int room = this.inFlight.awaitRoom(0);
		while (room > 0 && !this.stopped) {
			ExpiredStream.Page page = this.stream.claim(connection, this.claimAfter, this.claimFrom,
					Math.min(room, MAX_READ));
			takeAgain(page.entries());
			this.claimFrom = page.next();
			if (page.isLast()) {
				break;
			}
			room = this.inFlight.awaitRoom(0);
		}
		this.stream.removeGoneConsumers(connection, this.claimAfter.multipliedBy(2));
	}

	private void takeAgain(List<List<?>> entries) {
		for (List<?> entry : entries) {
			if (take(ExpiredStream.id(entry), () -> ExpiredEntry.of(entry))) {
				this.counters.redelivered();
			}
		}
	}

	/**
	 * Takes an expiry, unless it is in flight already.
	 */
	private boolean take(String id, Supplier<ExpiredEntry> entry) {
		if (!this.inFlight.add(id)) {
			return false;
		}
		Runnable done = () -> this.inFlight.done(id);
		try {
			this.handler.accept(entry.get(), done);
		}
		catch (RuntimeException ex) {
			logger.warn("Dropped entry " + id + " of the stream of expiries: it can't be read", ex);
			done.run();
		}
		return true;
	}

	private void failed(Throwable failure) {
		disconnect();
		if (ExpiredStream.startsWith(failure, "NOGROUP") || ExpiredStream.startsWith(failure, "UNBLOCKED")) {
			// the server lost its data; the next turn makes the group again
			logger.debug("The consumer group of the expiries is gone", failure);
			return;
		}
		if (!this.stopped) {
			this.alarm.doze(this.health.failed(failure));
		}
	}

	private void disconnect() {
		RedisConnection connection = this.connection;
		this.connection = null;
		if (connection != null) {
			try {
				connection.close();
			}
			catch (RuntimeException ex) {
				logger.debug("The connection that read expiries could not be closed", ex);
			}
		}
	}

}
