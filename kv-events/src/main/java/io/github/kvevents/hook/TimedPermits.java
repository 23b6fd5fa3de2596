package io.github.kvevents.hook;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.ThreadSlot;

/**
 * How many hooks with a timeout may run at a time. A hook that is called by what another
 * one writes runs on the permit of that one, which waits for it meanwhile: if it needed
 * one of its own, all could be held by those that wait.
 */
final class TimedPermits {

	private static final ThreadSlot<Call> CURRENT = new ThreadSlot<>();

	private final Semaphore all;

	TimedPermits(int count) {
		this.all = new Semaphore(count);
	}

	/**
	 * Takes a permit for a call.
	 * @param share what the hook may use of all, if it takes a permit of its own
	 * @param waiting waits for a permit of a semaphore, and says whether it got one
	 * @return the call, to be ended, or {@code null} if there was no permit in time
	 */
	@Nullable Call take(Semaphore share, Waiting waiting) {
		Call caller = CURRENT.get();
		// one that was lent and isn't back runs a call that nobody waits for any more
		if (caller != null && caller.lent.compareAndSet(false, true)) {
			caller.permit.users.incrementAndGet();
			return new Call(caller.permit, caller.lent);
		}
		if (!waiting.acquire(share)) {
			return null;
		}
		if (!waiting.acquire(this.all)) {
			share.release();
			return null;
		}
		return new Call(new Permit(share, this.all), null);
	}

	/**
	 * Makes this the call that the current thread is in, until it ends.
	 */
	void begin(Call call) {
		CURRENT.replace(call);
	}

	void end() {
		CURRENT.replace(null);
	}

	/**
	 * Waits for a semaphore, as long as the hook's timeout allows.
	 */
	@FunctionalInterface
	interface Waiting {

		boolean acquire(Semaphore semaphore);

	}

	/**
	 * A place among all, and one among those of the hook: free when the last call on it
	 * ended.
	 */
	private static final class Permit {

		private final Semaphore share;

		private final Semaphore all;

		private final AtomicInteger users = new AtomicInteger(1);

		Permit(Semaphore share, Semaphore all) {
			this.share = share;
			this.all = all;
		}

		void leave() {
			if (this.users.decrementAndGet() == 0) {
				this.all.release();
				this.share.release();
			}
		}

	}

	/**
	 * One call of a hook, on its own permit or on that of its caller.
	 */
	static final class Call {

		private final Permit permit;

		/** Whether the permit is with a call that this one made. */
		private final AtomicBoolean lent = new AtomicBoolean();

		private @Nullable AtomicBoolean lentByCaller;

		Call(Permit permit, @Nullable AtomicBoolean lentByCaller) {
			this.permit = permit;
			this.lentByCaller = lentByCaller;
		}

		/**
		 * The hook returned: its caller, who is about to continue, may lend the permit
		 * again.
		 */
		void returned() {
			if (this.lentByCaller != null) {
				this.lentByCaller.set(false);
				this.lentByCaller = null;
			}
		}

		/**
		 * The call ended, whether or not its caller still waited for it.
		 */
		void ended() {
			returned();
			this.permit.leave();
		}

	}

}
