package io.github.kvevents.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;
import io.github.kvevents.support.Interval;
import io.github.kvevents.support.StoreFailure;

/**
 * Writes that a server refuses because it isn't the primary any more. Nothing of them was
 * executed, so they are repeated for a short time, while the connections look for the
 * primary, once a second at most. Where the refusals don't end, later writes fail at
 * once. Used by many threads at once.
 */
final class WriteRefusals {

	/** Without a refusal for so long they have ended. */
	private static final Delay QUIET = Delay.of(Duration.ofSeconds(30));

	/** For so long the primary is looked for once a second, later more rarely. */
	private static final Delay SOON = Delay.of(Duration.ofMinutes(1));

	private final Interval often = new Interval(Duration.ofSeconds(1));

	private final Interval rarely = new Interval(Duration.ofSeconds(10));

	private final Delay patience;

	private final boolean sentinel;

	private final Runnable reconnect;

	private @Nullable Long firstAt;

	private long lastAt;

	/**
	 * Creates the state of connections.
	 * @param patience how long writes are repeated
	 * @param sentinel whether Sentinels name another primary where replicas are missing
	 * @param reconnect looks for the primary, without waiting for it
	 */
	WriteRefusals(Duration patience, boolean sentinel, Runnable reconnect) {
		this.patience = Delay.of(patience);
		this.sentinel = sentinel;
		this.reconnect = reconnect;
	}

	/**
	 * Looks for the primary after a failure that says that this isn't it.
	 * @return whether to repeat the command
	 */
	boolean mayRepeat(Throwable failure) {
		if (!StoreFailure.isOfReplica(failure) && !(this.sentinel && StoreFailure.isWithoutReplicas(failure))) {
			return false;
		}
		return refused();
	}

	/**
	 * A server isn't the primary.
	 * @return whether to repeat what it has refused
	 */
	boolean refused() {
		Delay since = since(System.nanoTime());
		if (((since.nanos() < SOON.nanos()) ? this.often : this.rarely).restartIfDue()) {
			this.reconnect.run();
		}
		return since.nanos() < this.patience.nanos();
	}

	/**
	 * For how long writes have been refused.
	 */
	private synchronized Delay since(long now) {
		if (this.firstAt == null || now - QUIET.after(this.lastAt) > 0) {
			this.firstAt = now;
		}
		this.lastAt = now;
		return Delay.ofNanos(now - this.firstAt);
	}

	/**
	 * The connections lead to another server from now on.
	 */
	synchronized void moved() {
		this.firstAt = null;
	}

}
