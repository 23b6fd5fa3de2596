package io.github.kvevents.support;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * The health of a background loop: determines the back-off after a failure, and logs the
 * first of several failures and the recovery. An outage of the store is not logged here:
 * it concerns all loops, and the connection to the store logs it once. Nor is an
 * interrupt, which ends a loop. Confined to the thread of the loop. For our packages.
 */
public final class LoopHealth {

	private static final ExponentialBackOff BACK_OFF = backOff();

	/** A refusal ends only when the permissions of the user change. */
	private static final long REFUSED_PAUSE = 2000;

	private final Log logger;

	private final String work;

	private @Nullable BackOffExecution failures;

	/** The failure logged last, {@code null} for none since the last success. */
	private @Nullable StoreFailure said;

	/** When the first success after the last failure was. */
	private @Nullable Long succeededSince;

	private final LongSupplier clock;

	/**
	 * Creates a healthy state.
	 * @param owner the class whose logger to use
	 * @param work the work of the loop, for example {@code Looking for expired keys}
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
	 * Records a failure.
	 * @param failure the failure
	 * @return how long to wait before the next attempt, in milliseconds
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
			this.logger.warn(this.work + " failed; it is retried until it succeeds", failure);
		}
	}

	/**
	 * Records a success. After a refusal the loop counts as recovered only once it has
	 * succeeded for two seconds: a single turn may not use the refused command.
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
	 * Short, since a client that reconnects delays commands itself.
	 */
	private static ExponentialBackOff backOff() {
		ExponentialBackOff backOff = new ExponentialBackOff(50, 2);
		backOff.setMaxInterval(1000);
		backOff.setJitter(25);
		return backOff;
	}

}
