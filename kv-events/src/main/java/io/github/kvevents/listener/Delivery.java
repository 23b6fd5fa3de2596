package io.github.kvevents.listener;

import java.time.Duration;
import java.util.function.DoubleSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.listener.DeliveryPolicy.Choice;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.Watermarks.WindowEntry;
import io.github.kvevents.store.LoggedChange;

/**
 * An event on its way to the handler. Used by one thread at a time.
 */
final class Delivery {

	/** What {@link #attempt()} returns when there is nothing more to do. */
	static final long ENDED = -1;

	private final PartitionLease held;

	private final DeliveryWindow window;

	private final WindowEntry entry;

	private final LoggedChange change;

	private final Object key;

	private final Choice choice;

	private final DeliveryPolicy policy;

	private volatile int attempts;

	private volatile boolean backingOff;

	private @Nullable Failure exhausted;

	Delivery(PartitionLease held, DeliveryWindow window, WindowEntry entry, LoggedChange change, Object key,
			Choice choice, DeliveryPolicy policy) {
		this.held = held;
		this.window = window;
		this.entry = entry;
		this.change = change;
		this.key = key;
		this.choice = choice;
		this.policy = policy;
	}

	/**
	 * What it comes in order with.
	 */
	Object key() {
		return this.key;
	}

	int attempts() {
		return this.attempts;
	}

	/**
	 * Whether it waits since the handler failed, and not for the store.
	 */
	boolean isBackingOff() {
		return this.backingOff;
	}

	LoggedChange change() {
		return this.change;
	}

	boolean isLeaving() {
		return this.window.isLeaving();
	}

	/**
	 * Tries once.
	 * @return in how many nanoseconds to retry, or {@link #ENDED}
	 */
	long attempt() {
		this.backingOff = false;
		if (!this.window.begin(this.entry)) {
			return leave();
		}
		if (!this.held.isFresh()) {
			// it is renewed, or lost, in a moment
			return DeliveryPolicy.SOON_NANOS;
		}
		return (this.exhausted != null) ? addDeadLetter(this.exhausted) : call();
	}

	private long call() {
		this.policy.counters().begun();
		try {
			if (this.choice == Choice.UNKNOWN) {
				this.policy.chooseAndHandle(this.change);
			}
			else {
				this.policy.handle(this.change);
			}
		}
		catch (Throwable ex) {
			// meant for the handler: it must not keep the event from the dead letters
			Thread.interrupted();
			return failed(ex);
		}
		finally {
			this.policy.counters().ended();
		}
		Thread.interrupted();
		return end(false);
	}

	private long failed(Throwable cause) {
		if (this.policy.isStopped()) {
			this.window.abandon(this.entry);
			return leave();
		}
		int failed = this.attempts + 1;
		this.attempts = failed;
		this.policy.failed(this.change, failed, cause);
		if (this.policy.isExhausted(this.attempts)) {
			return exhausted(cause);
		}
		return againLater();
	}

	private long exhausted(Throwable cause) {
		return switch (this.policy.onExhausted()) {
			case SKIP -> {
				this.policy.skipped(this.change, this.attempts);
				yield end(false);
			}
			case DEAD_LETTER -> {
				this.exhausted = Failure.of(this.attempts, cause);
				yield addDeadLetter(this.exhausted);
			}
			case BLOCK -> againLater();
		};
	}

	/**
	 * Adds the event to the dead letters; where the store fails that is retried, not the
	 * handler.
	 */
	private long addDeadLetter(Failure failure) {
		try {
			if (!this.policy.addDeadLetter(this.held.lease(), this.change, failure)) {
				this.window.lose();
				this.window.abandon(this.entry);
				return leave();
			}
		}
		catch (RuntimeException ex) {
			return again(this.policy.deadLetterFailed(ex));
		}
		return end(true);
	}

	private long again(long nanos) {
		this.window.failed(this.entry);
		this.policy.counters().retries(this);
		return nanos;
	}

	private long againLater() {
		this.backingOff = true;
		return again(this.policy.delays().nanosAfter(this.attempts));
	}

	private long leave() {
		this.policy.counters().retriesNoMore(this);
		if (this.window.open() == 0) {
			this.policy.wakeLoop();
		}
		return ENDED;
	}

	private long end(boolean deadLettered) {
		this.policy.counters().retriesNoMore(this);
		if (this.window.done(this.entry, deadLettered)) {
			this.policy.wakeLoop();
		}
		return ENDED;
	}

	/**
	 * How long to wait before the next attempt: twice as long each time up to a bound,
	 * give or take a fifth, so that listeners that failed together don't retry together.
	 * With the random number 0.5 it is exactly that.
	 */
	static final class RetryDelays {

		private static final double JITTER = 0.2;

		private static final Duration LONGEST = Duration.ofDays(365);

		private final long initialNanos;

		private final long maxNanos;

		private final DoubleSupplier random;

		/**
		 * Creates an instance.
		 * @param random from 0 to 1
		 */
		RetryDelays(ListenerOptions options, DoubleSupplier random) {
			this.initialNanos = nanos(options.getInitialBackoff());
			this.maxNanos = nanos(options.getMaxBackoff());
			this.random = random;
		}

		private static long nanos(Duration duration) {
			return ((duration.compareTo(LONGEST) < 0) ? duration : LONGEST).toNanos();
		}

		/**
		 * The pause behind an attempt that failed.
		 * @param attempts how many failed so far, at least 1
		 */
		long nanosAfter(int attempts) {
			double delay = (double) this.initialNanos * Math.pow(2, Math.min(attempts - 1, 62));
			double varied = Math.min(delay, (double) this.maxNanos)
					* (1 - JITTER + 2 * JITTER * this.random.getAsDouble());
			return (long) Math.min(varied, (double) this.maxNanos);
		}

	}

}
