package io.github.kvevents.support;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * How a background loop is doing: says how long to pause after a failure, and logs the
 * first of several and the recovery. A store that is slow or away isn't logged here: that
 * concerns all loops at once, and is said once by what connects to the store. Nor is an
 * interrupt, which ends a loop. Used by the thread of the loop. For our packages.
 */
public final class LoopHealth {

	private static final ExponentialBackOff BACK_OFF = backOff();

	/** A refusal ends when somebody changes the rights of the user. */
	private static final long REFUSED_PAUSE = 2000;

	private final Log logger;

	private final String work;

	private @Nullable BackOffExecution failures;

	/** What was logged last, {@code null} for nothing since the last success. */
	private @Nullable StoreFailure said;

	/** When the first success behind the last failure was. */
	private @Nullable Long succeededSince;

	private final LongSupplier clock;

	/**
	 * Starts well.
	 * @param owner in whose name to log
	 * @param work what the loop does, for example {@code Looking for expired keys}
	 */
	public LoopHealth(Class<?> owner, String work) {
		this(owner, work, System::nanoTime);
	}

	LoopHealth(Class<?> owner, String work, LongSupplier clock) {
		this.logger = LogFactory.getLog(owner);
		this.work = work;
		this.clock = clock;
	}

	/**
	 * Takes note of a failure.
	 * @param failure what was thrown
	 * @return how long to pause, in milliseconds
	 */
	public long failed(Throwable failure) {
		StoreFailure kind = StoreFailure.of(failure);
		this.succeededSince = null;
		if (this.failures == null) {
			this.failures = BACK_OFF.start();
		}
		if (kind == StoreFailure.INTERRUPTED || kind.isOutage() || kind == this.said) {
			this.logger.debug(this.work + " failed", failure);
		}
		else {
			this.said = kind;
			say(kind, failure);
		}
		long pause = this.failures.nextBackOff();
		return (kind == StoreFailure.REFUSED) ? Math.max(REFUSED_PAUSE, pause) : pause;
	}

	private void say(StoreFailure kind, Throwable failure) {
		if (kind == StoreFailure.REFUSED) {
			this.logger.warn(this.work + " is refused by the store and doesn't work until that changes: "
					+ StoreFailure.remedy(failure));
		}
		else {
			this.logger.warn(this.work + " failed; it is tried again until it succeeds", failure);
		}
	}

	/**
	 * Takes note of a success. Behind a refusal the loop resumes once it has succeeded
	 * for a while: a single turn may have had no use for what is refused.
	 */
	public void succeeded() {
		this.failures = null;
		if (this.said != null && !(this.said == StoreFailure.REFUSED && isRecent())) {
			this.said = null;
			this.logger.info(this.work + " resumes");
		}
	}

	private boolean isRecent() {
		long now = this.clock.getAsLong();
		if (this.succeededSince == null) {
			this.succeededSince = now;
		}
		return now - this.succeededSince < TimeUnit.MILLISECONDS.toNanos(REFUSED_PAUSE);
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
