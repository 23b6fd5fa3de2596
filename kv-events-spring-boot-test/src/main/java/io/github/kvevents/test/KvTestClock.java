package io.github.kvevents.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.support.BackgroundWork;

/**
 * The time of a test whose keys are in memory. It stands still until the test moves it.
 * Times to live, the times of events and the retries of listeners are measured by it; it
 * starts with the system's time, in milliseconds' precision.
 * <p>
 * {@link #advance(Duration)} goes through all that becomes due on the way, one after the
 * other in the order of the deadlines: it sets the clock to the deadline of a key,
 * delivers the expiry, and waits until each hook, asynchronous ones too, and each
 * listener has run, before it continues with the next deadline, which may be one that a
 * hook has just set. When it returns, nothing is pending any more: what a hook or
 * listener wrote has been received, too. A listener that fails is retried when its
 * back-off, which has no jitter here, has passed by this clock.
 * <p>
 * Real time is what hooks and listeners take, the timeouts of hooks, the leases of
 * listeners, and what the application measures with another clock. As a bean, this clock
 * is the {@link Clock} that is injected, also where the application declares one, unless
 * that is the primary one.
 * <p>
 * With keys in Redis, which expires them by its own clock, {@link #instant()} is the
 * system's time, and the methods that move the time or wait throw
 * {@link IllegalStateException}; {@link RecordedKvEventsAssert#within(Duration)} waits
 * for events there. Safe for use by many threads, of which one at a time may move it.
 */
public final class KvTestClock extends Clock {

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

	private final @Nullable WorkDriver driver;

	private final String refusal;

	private volatile Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);

	private volatile Duration timeout = DEFAULT_TIMEOUT;

	private KvTestClock(@Nullable Supplier<Stream<BackgroundWork>> works, String refusal) {
		this.driver = (works != null) ? new WorkDriver(works) : null;
		this.refusal = refusal;
	}

	static KvTestClock driving(Supplier<Stream<BackgroundWork>> works) {
		return new KvTestClock(works, "");
	}

	static KvTestClock refusing(String store) {
		return new KvTestClock(null, ("The time of this test can't be moved: its keys are in the store '%s', which "
				+ "expires them by a clock of its own. Keep them in memory ('kv.events.store=memory', the default of "
				+ "@KvEventsTest and @AutoConfigureKvEventsTest), or wait for the events: "
				+ "assertThat(events).within(Duration.ofSeconds(10)).expired(key).once()")
			.formatted(store));
	}

	/**
	 * Moves the time forward, and waits for all that this causes.
	 * @param duration by how much, positive
	 * @throws IllegalArgumentException if it is zero or negative
	 * @throws IllegalStateException if the keys are not in memory, within a hook, or
	 * while another thread moves the time
	 * @throws AssertionError if hooks and listeners don't end within the
	 * {@link #setTimeout(Duration) timeout}; the message names them
	 */
	public void advance(Duration duration) {
		Assert.notNull(duration, "'duration' must not be null");
		Assert.isTrue(duration.compareTo(Duration.ZERO) > 0, () -> "'duration' must be positive but was " + duration
				+ ": time moves forward only (settle() waits without moving it)");
		driver().run(this.timeout, (driver) -> moveTo(this.now.plus(duration), driver));
	}

	/**
	 * Moves the time forward to a moment, as {@link #advance(Duration)} does.
	 * @param time the moment, after {@link #instant()}
	 * @throws IllegalArgumentException if it is not after that
	 * @throws IllegalStateException as {@link #advance(Duration)}
	 * @throws AssertionError as {@link #advance(Duration)}
	 */
	public void advanceTo(Instant time) {
		Assert.notNull(time, "'time' must not be null");
		driver().run(this.timeout, (driver) -> {
			Assert.isTrue(time.isAfter(this.now),
					() -> "'time' must be after " + this.now + " but was " + time + ": time moves forward only");
			moveTo(time, driver);
		});
	}

	/**
	 * Waits, without moving the time, until each asynchronous hook and each listener has
	 * received what was written so far.
	 * @throws IllegalStateException as {@link #advance(Duration)}
	 * @throws AssertionError as {@link #advance(Duration)}
	 */
	public void settle() {
		driver().run(this.timeout, (driver) -> moveTo(this.now, driver));
	}

	private void moveTo(Instant target, WorkDriver driver) {
		driver.settle(this.now);
		for (Instant due = driver.nextDue(); due != null && !due.isAfter(target); due = driver.nextDue()) {
			if (due.isAfter(this.now)) {
				this.now = due;
			}
			driver.beginDue(this.now);
		}
		this.now = target;
	}

	private WorkDriver driver() {
		WorkDriver driver = this.driver;
		if (driver == null) {
			throw new IllegalStateException(this.refusal);
		}
		return driver;
	}

	/**
	 * Sets how long, in real time, one call of {@link #advance(Duration)},
	 * {@link #advanceTo(Instant)} or {@link #settle()} may take.
	 * @param timeout the timeout, positive; 30 seconds by default, and again after the
	 * test method
	 */
	public void setTimeout(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, () -> "'timeout' must be positive but was " + timeout);
		this.timeout = timeout;
	}

	/**
	 * Waits as {@link #settle()} does, if this drives the time.
	 * @param timeout how long at most
	 * @return whether nothing is pending
	 */
	boolean isSettledWithin(Duration timeout) {
		try {
			if (this.driver != null) {
				this.driver.run(timeout, (driver) -> moveTo(this.now, driver));
			}
			return true;
		}
		catch (AssertionError ex) {
			return false;
		}
	}

	/**
	 * Whether this drives the time.
	 */
	boolean isDriving() {
		return this.driver != null;
	}

	/**
	 * Remembers the time.
	 * @return sets it back; to be called while nothing is pending
	 */
	Runnable save() {
		Instant saved = this.now;
		return () -> {
			this.now = saved;
			this.timeout = DEFAULT_TIMEOUT;
		};
	}

	@Override
	public Instant instant() {
		return isDriving() ? this.now : Clock.systemUTC().instant();
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return new ZonedClock(this, zone);
	}

	@Override
	public String toString() {
		return "KvTestClock[" + instant() + "]";
	}

	/**
	 * The same time, seen from elsewhere.
	 */
	private static final class ZonedClock extends Clock {

		private final Clock clock;

		private final ZoneId zone;

		ZonedClock(Clock clock, ZoneId zone) {
			this.clock = clock;
			this.zone = zone;
		}

		@Override
		public Instant instant() {
			return this.clock.instant();
		}

		@Override
		public ZoneId getZone() {
			return this.zone;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return new ZonedClock(this.clock, zone);
		}

	}

}
