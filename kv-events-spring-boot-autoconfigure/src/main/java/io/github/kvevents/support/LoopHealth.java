package io.github.kvevents.support;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * How a background loop is doing: says how long to pause after a failure, and logs the
 * first of several and the recovery. Used by the thread of the loop. For our packages.
 */
public final class LoopHealth {

	private static final ExponentialBackOff BACK_OFF = backOff();

	private final Log logger;

	private final String work;

	private @Nullable BackOffExecution failures;

	/**
	 * Starts well.
	 * @param owner in whose name to log
	 * @param work what the loop does, for example {@code Looking for expired keys}
	 */
	public LoopHealth(Class<?> owner, String work) {
		this.logger = LogFactory.getLog(owner);
		this.work = work;
	}

	/**
	 * Takes note of a failure.
	 * @param failure what was thrown
	 * @return how long to pause, in milliseconds
	 */
	public long failed(Throwable failure) {
		if (this.failures == null) {
			this.failures = BACK_OFF.start();
			this.logger.warn(this.work + " failed; it is tried again until it succeeds", failure);
		}
		else {
			this.logger.debug(this.work + " failed again", failure);
		}
		return this.failures.nextBackOff();
	}

	/**
	 * Takes note of a success.
	 */
	public void succeeded() {
		if (this.failures != null) {
			this.failures = null;
			this.logger.info(this.work + " goes on");
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
