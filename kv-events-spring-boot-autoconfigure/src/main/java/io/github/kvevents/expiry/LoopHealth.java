package io.github.kvevents.expiry;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * How a background loop is doing: says how long to pause after a failure, and logs the
 * first of several and the recovery. Used by the thread of the loop.
 */
final class LoopHealth {

	private static final Log logger = LogFactory.getLog(ExpiryTracker.class);

	private static final ExponentialBackOff BACK_OFF = backOff();

	private final String work;

	private @Nullable BackOffExecution failures;

	/**
	 * Starts well.
	 * @param work what the loop does, for example {@code Looking for expired keys}
	 */
	LoopHealth(String work) {
		this.work = work;
	}

	/**
	 * Takes note of a failure.
	 * @return how long to pause, in milliseconds
	 */
	long failed(Throwable failure) {
		if (this.failures == null) {
			this.failures = BACK_OFF.start();
			logger.warn(this.work + " failed; it is tried again until it succeeds", failure);
		}
		else {
			logger.debug(this.work + " failed again", failure);
		}
		return this.failures.nextBackOff();
	}

	void succeeded() {
		if (this.failures != null) {
			this.failures = null;
			logger.info(this.work + " goes on");
		}
	}

	/**
	 * Short, since a client that reconnects holds commands back by itself.
	 */
	private static ExponentialBackOff backOff() {
		ExponentialBackOff backOff = new ExponentialBackOff(50, 2);
		backOff.setMaxInterval(1000);
		backOff.setJitter(25);
		return backOff;
	}

}
