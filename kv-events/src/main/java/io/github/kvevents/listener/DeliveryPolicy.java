package io.github.kvevents.listener;

import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.EventSelector;
import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.listener.Delivery.RetryDelays;
import io.github.kvevents.listener.ListenerStore.DeadLetterOutcome;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.log.change.LoggedEvents;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.LoopHealth;

/**
 * How a listener calls its handler and what it does about failures. The message of what a
 * handler throws may hold a value of the user's, so warnings say only what was thrown;
 * message and stack trace are for DEBUG.
 */
final class DeliveryPolicy {

	/** How long to wait for a lease that is about to be renewed. */
	static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private final String id;

	private final ListenerOptions options;

	private final KvEventHandler handler;

	private final KvCodec codec;

	private final ListenerStore store;

	private final ListenerCounters counters;

	private final RetryDelays delays;

	private final Runnable wakeLoop;

	private final LoopHealth deadLetters;

	private volatile boolean stopped;

	DeliveryPolicy(String id, ListenerOptions options, KvEventHandler handler, KvCodec codec, ListenerStore store,
			ListenerCounters counters, RetryDelays delays, Runnable wakeLoop) {
		this.id = id;
		this.options = options;
		this.handler = handler;
		this.codec = codec;
		this.store = store;
		this.counters = counters;
		this.delays = delays;
		this.wakeLoop = wakeLoop;
		this.deadLetters = new LoopHealth(KvListenerRegistry.class,
				"Adding to the dead letters of listener '" + id + "'");
	}

	/**
	 * Says when an event that fails will never come to what was chosen for it.
	 */
	void warnIfEndless() {
		if (this.options.getOnExhausted() != OnExhausted.BLOCK && this.options.getMaxAttempts() == 0) {
			logger.warn("Listener '%s' has onExhausted = %s, but tries for ever as long as maxAttempts is 0: set it"
				.formatted(KeyText.printable(this.id), this.options.getOnExhausted()));
		}
	}

	/**
	 * How many events may be redelivered after a crash: a batch, and what is in flight.
	 */
	int windowSize() {
		return this.options.getBatchSize() + this.options.getConcurrency() - 1;
	}

	/**
	 * What an event comes in order with: its key or, if one is handled at a time anyway,
	 * the whole partition.
	 */
	Object key(LoggedChange change) {
		return (this.options.getConcurrency() > 1) ? change.key() : change.position().partition();
	}

	/**
	 * Whether the listener receives an entry, as far as its filter says.
	 */
	Choice choose(LoggedChange change) {
		try {
			boolean chosen = chooses(change);
			if (!chosen) {
				this.counters.filtered();
			}
			return chosen ? Choice.YES : Choice.NO;
		}
		catch (Throwable ex) {
			logger.debug("The filter of listener '" + this.id + "' failed; the handler thread asks it again", ex);
			return Choice.UNKNOWN;
		}
	}

	/**
	 * Whether the listener may receive an entry, as far as that is known without asking a
	 * filter of the application. From any thread.
	 */
	boolean mayReceive(LoggedChange change) {
		KeyFilter filter = this.options.getSelector().getFilter();
		return (filter != null && !EventSelector.isExactlyItsHint(filter)) || chooses(change);
	}

	private boolean chooses(LoggedChange change) {
		return this.options.getSelector().selects(change.type(), LoggedEvents.changeOf(change), change.key());
	}

	/**
	 * Asks the filter once more, and the handler if it chooses the entry; what either
	 * throws is a failure of the listener.
	 */
	void chooseAndHandle(LoggedChange change) throws Exception {
		if (chooses(change)) {
			handle(change);
		}
		else {
			this.counters.filtered();
		}
	}

	void handle(LoggedChange change) throws Exception {
		this.handler.onEvent(event(change));
		this.counters.processed();
	}

	KvEvent event(LoggedChange change) {
		return LoggedEvents.toEvent(this, change, this.codec);
	}

	/**
	 * Called before handlers are interrupted: what they throw then is no failure.
	 */
	void stop() {
		this.stopped = true;
	}

	boolean isStopped() {
		return this.stopped;
	}

	boolean isExhausted(int attempts) {
		return this.options.getMaxAttempts() > 0 && attempts >= this.options.getMaxAttempts();
	}

	OnExhausted onExhausted() {
		return this.options.getOnExhausted();
	}

	ListenerCounters counters() {
		return this.counters;
	}

	RetryDelays delays() {
		return this.delays;
	}

	void wakeLoop() {
		this.wakeLoop.run();
	}

	void failed(LoggedChange change, int attempts, Throwable cause) {
		this.counters.failed(cause);
		StackTraceElement[] trace = cause.getStackTrace();
		String message = "Listener '" + this.id + "' failed for " + describe(change) + " in attempt " + attempts + ": "
				+ cause.getClass().getName() + ((trace.length > 0) ? " at " + trace[0] : "");
		if (isPowerOfTwo(attempts)) {
			logger.warn(message + " (its message, which may hold a value, is logged at DEBUG)");
		}
		logger.debug(message, cause);
	}

	/**
	 * An event that fails for hours should not fill the log.
	 */
	private static boolean isPowerOfTwo(int number) {
		return Integer.bitCount(number) == 1;
	}

	void skipped(LoggedChange change, int attempts) {
		this.counters.skipped();
		logger.warn("Listener '" + this.id + "' gave up " + describe(change) + " after " + attempts + " attempts");
	}

	/**
	 * Adds an event to the dead letters.
	 * @return whether it is there; otherwise another instance has the partition
	 */
	boolean addDeadLetter(Lease lease, LoggedChange change, Failure failure) {
		DeadLetterOutcome deadLettered = this.store.addDeadLetter(lease, change, failure);
		synchronized (this.deadLetters) {
			this.deadLetters.succeeded();
		}
		if (deadLettered == DeadLetterOutcome.ADDED) {
			this.counters.deadLettered();
			logger.warn("Listener '" + this.id + "' added " + describe(change) + " to the dead letters after "
					+ failure.attempts() + " attempts");
		}
		return deadLettered != DeadLetterOutcome.LOST;
	}

	/**
	 * Logs it once for all events that wait for the store.
	 * @return in how many nanoseconds to retry
	 */
	long deadLetterFailed(RuntimeException failure) {
		synchronized (this.deadLetters) {
			return TimeUnit.MILLISECONDS.toNanos(this.deadLetters.failed(failure));
		}
	}

	private static String describe(LoggedChange change) {
		return change.type() + " of key '" + KeyText.printable(change.key()) + "' at " + change.position();
	}

	/**
	 * Whether a listener receives an entry.
	 */
	enum Choice {

		YES,

		NO,

		/**
		 * The filter failed: the handler thread asks it again where failures are dealt
		 * with.
		 */
		UNKNOWN,

		/** It was handled or became a dead letter before. */
		DONE

	}

}
