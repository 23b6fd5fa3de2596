package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.ByteRecord;

import io.github.kvevents.support.Interval;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * The thread that takes expiries of one partition, as many as this instance has capacity
 * for, while it has receivers. From time to time it claims expiries of dead instances.
 */
final class ExpiredReader implements Runnable {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final int MAX_READ = 100;

	private static final Pattern ID = Pattern.compile("[0-9]{1,18}-[0-9]{1,18}");

	/** How often to check for receivers while there are none. */
	private static final long IDLE_MILLIS = 200;

	private final RedisConnectionFactory connectionFactory;

	private final ExpiredStream stream;

	private final ExpiredArrivals arrivals;

	private final InFlight inFlight;

	private final ExpiredIntake intake;

	private final BooleanSupplier heard;

	/** Called when other instances may have changed. */
	private final Runnable fleetListener;

	private final Duration claimAfter;

	private final Duration wait;

	private final Interval claimInterval;

	private final LoopHealth health = new LoopHealth(ExpiryTracker.class, "Reading expired keys");

	private final Waiter waiter = new Waiter();

	private String claimFrom = ExpiredStream.START;

	private volatile boolean stopped;

	private @Nullable RedisConnection connection;

	ExpiredReader(RedisConnectionFactory connectionFactory, ExpiredStream stream, InFlight inFlight,
			ExpiredIntake intake, BooleanSupplier heard, Runnable fleetListener, Duration claimAfter, Duration wait) {
		this.connectionFactory = connectionFactory;
		this.stream = stream;
		this.arrivals = stream.arrivals();
		this.inFlight = inFlight;
		this.intake = intake;
		this.heard = heard;
		this.fleetListener = fleetListener;
		this.claimAfter = claimAfter;
		this.wait = wait;
		this.claimInterval = new Interval(claimAfter.dividedBy(3));
	}

	void stop() {
		this.stopped = true;
		this.waiter.wakeUp();
		this.arrivals.wakeUp();
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
					this.waiter.awaitQuietly(IDLE_MILLIS);
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
			this.intake.resume(this::awaitBytesOrStop);
			this.arrivals.open(connection, this.connectionFactory);
		}
		if (this.claimInterval.restartIfDue()) {
			claim(connection);
			this.arrivals.lookAgain(connection);
		}
		int room = this.inFlight.awaitRoom(this.wait.toMillis());
		if (room > 0 && !this.stopped) {
			read(connection, room);
		}
	}

	private void read(RedisConnection connection, int room) {
		List<ByteRecord> woken = new ArrayList<>();
		List<List<?>> more = this.arrivals.takeMore(connection, Math.min(room, MAX_READ));
		if (!more.isEmpty()) {
			this.intake.takeNew(more);
			return;
		}
		for (ByteRecord entry : this.arrivals.await(connection, this.wait)) {
			if (this.arrivals.isWake(entry)) {
				woken.add(entry);
			}
			else {
				this.intake.take(entry);
			}
		}
		if (!woken.isEmpty()) {
			wake(connection, woken);
		}
	}

	/**
	 * Waits until there is memory for one more expiry.
	 * @return whether to stop instead
	 */
	private boolean awaitBytesOrStop() {
		try {
			boolean room = false;
			while (!this.stopped && !room) {
				room = this.inFlight.awaitBytes(this.wait.toMillis());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
		return this.stopped;
	}

	/**
	 * Handles wake-up messages: takes expiries that other instances have handed to this
	 * one, or reports that an instance has changed.
	 */
	private void wake(RedisConnection connection, List<ByteRecord> woken) {
		List<String> ids = new ArrayList<>();
		for (ByteRecord entry : woken) {
			entry.getValue().forEach((name, value) -> {
				String id = new String(value, StandardCharsets.US_ASCII);
				if (!new String(name, StandardCharsets.US_ASCII).equals("id")) {
					this.fleetListener.run();
				}
				// another id is of another client, and the server would refuse them all
				else if (ID.matcher(id).matches()) {
					ids.add(id);
				}
			});
		}
		List<String> causes = woken.stream().map((entry) -> entry.getId().getValue()).toList();
		List<String> left = ids;
		do {
			try (InFlight.Reading reading = this.inFlight.openReading()) {
				ExpiredStream.Fetched fetched = this.stream.fetch(connection, causes, left);
				this.intake.takeHanded(fetched.entries(), reading);
				left = left.subList(fetched.count(), left.size());
			}
			causes = List.of();
		}
		while (!left.isEmpty() && !awaitBytesOrStop());
	}

	/**
	 * Claims expiries of dead instances while there is capacity. The next call resumes
	 * from where this one ended: entries that are not idle would otherwise hide those
	 * behind them for ever.
	 */
	private void claim(RedisConnection connection) throws InterruptedException {
		int room = this.inFlight.awaitRoom(0);
		while (room > 0 && !this.stopped) {
			room = claim(connection, Math.min(room, MAX_READ)) ? 0 : this.inFlight.awaitRoom(0);
		}
		this.stream.removeGoneConsumers(connection, this.claimAfter.multipliedBy(2));
	}

	/**
	 * Claims a page of them.
	 * @return whether it is the last one
	 */
	private boolean claim(RedisConnection connection, int max) {
		try (InFlight.Reading reading = this.inFlight.openReading()) {
			ExpiredStream.Page page = this.stream.claim(connection, this.claimAfter, this.claimFrom, max);
			this.intake.takeAgain(page.entries(), reading);
			this.claimFrom = page.next();
			return page.isLast();
		}
	}

	private void failed(Throwable failure) {
		disconnect();
		if (StoreFailure.reason(failure).startsWith("NOGROUP")
				|| StoreFailure.reason(failure).startsWith("UNBLOCKED")) {
			// the server lost its data; the next turn creates the group
			logger.debug("The consumer group of the expiries is gone", failure);
			return;
		}
		if (!this.stopped) {
			this.waiter.awaitQuietly(this.health.failed(failure));
		}
	}

	private void disconnect() {
		RedisConnection connection = this.connection;
		this.connection = null;
		this.arrivals.close();
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
