package io.github.kvevents.listener;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;

/**
 * A loop without a thread of its own: it has one of the {@link LoopThreads} while it
 * takes a turn, and none while it waits for the next one. Turns never overlap, and each
 * sees what the one before wrote. Used by many threads at once.
 */
final class PooledLoop {

	private final LoopThreads threads;

	private final LongSupplier nanoTime;

	private final CountDownLatch ended = new CountDownLatch(1);

	/** {@code null} before the start. */
	private @Nullable Supplier<@Nullable Delay> turn;

	private State state = State.NEW;

	/** Whether somebody woke it since the current turn began. */
	private boolean woken;

	/** The thread of the current turn. */
	private @Nullable Thread runner;

	private long wakesAt;

	/** When the next timer ends, {@code null} if there is none. */
	private @Nullable Long timerAt;

	PooledLoop(LoopThreads threads, LongSupplier nanoTime) {
		this.threads = threads;
		this.nanoTime = nanoTime;
	}

	/**
	 * Begins, once.
	 * @param turn a turn; returns when to take the next one at the latest, {@code null}
	 * at the end. What it throws ends the loop too
	 */
	void start(Supplier<@Nullable Delay> turn) {
		synchronized (this) {
			this.turn = turn;
			this.state = State.QUEUED;
		}
		this.threads.execute(this::run);
	}

	/**
	 * Has it take a turn now, or another one behind the current one.
	 */
	void wakeUp() {
		synchronized (this) {
			this.woken = true;
			if (this.state != State.WAITING) {
				return;
			}
			this.state = State.QUEUED;
		}
		this.threads.execute(this::run);
	}

	/**
	 * Whether it waits, and nothing has woken it.
	 */
	synchronized boolean isIdle() {
		return this.state == State.WAITING;
	}

	synchronized boolean isEnded() {
		return this.state == State.ENDED;
	}

	/**
	 * Whether the calling thread takes a turn.
	 */
	synchronized boolean isRunner() {
		return this.runner == Thread.currentThread();
	}

	/**
	 * Interrupts the current turn, if there is one, and nothing behind it.
	 */
	synchronized void interrupt() {
		if (this.runner != null) {
			this.runner.interrupt();
		}
	}

	void awaitEnd(long millis) throws InterruptedException {
		this.ended.await(millis, TimeUnit.MILLISECONDS);
	}

	private void run() {
		Supplier<@Nullable Delay> turn = begin();
		while (turn != null) {
			Delay pause = null;
			try {
				pause = turn.get();
			}
			finally {
				turn = end(pause) ? begin() : null;
			}
		}
	}

	private synchronized @Nullable Supplier<@Nullable Delay> begin() {
		this.state = State.RUNNING;
		this.woken = false;
		this.runner = Thread.currentThread();
		return this.turn;
	}

	/**
	 * Ends a turn.
	 * @return whether to take another one at once
	 */
	private synchronized boolean end(@Nullable Delay pause) {
		this.runner = null;
		// meant for this turn: the thread takes those of others
		Thread.interrupted();
		if (pause == null) {
			this.state = State.ENDED;
			this.ended.countDown();
			return false;
		}
		if (this.woken || pause.nanos() == 0) {
			return true;
		}
		this.state = State.WAITING;
		await(pause);
		return false;
	}

	/**
	 * A timer that ends earlier begins the rest of the wait: a loop that is woken often
	 * doesn't leave a timer behind each time. One that should have ended may have been
	 * lost, where the JVM was out of memory.
	 */
	private void await(Delay pause) {
		long now = this.nanoTime.getAsLong();
		this.wakesAt = pause.after(now);
		Long timer = this.timerAt;
		if (!pause.isNever() && (timer == null || this.wakesAt - timer < 0 || timer - now <= 0)) {
			long at = this.wakesAt;
			this.timerAt = at;
			this.threads.executeIn(() -> timeIsUp(at), pause.nanos());
		}
	}

	private void timeIsUp(long timer) {
		if (isDue(timer)) {
			run();
		}
	}

	private synchronized boolean isDue(long timer) {
		if (this.timerAt == null || this.timerAt != timer) {
			return false;
		}
		this.timerAt = null;
		if (this.state != State.WAITING) {
			return false;
		}
		Delay left = Delay.ofNanos(this.wakesAt - this.nanoTime.getAsLong());
		if (left.nanos() > 0) {
			await(left);
			return false;
		}
		this.state = State.QUEUED;
		return true;
	}

	private enum State {

		NEW, QUEUED, RUNNING, WAITING, ENDED

	}

}
