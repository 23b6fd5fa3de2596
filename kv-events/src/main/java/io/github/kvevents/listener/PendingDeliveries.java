package io.github.kvevents.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;
import io.github.kvevents.support.DrivenTime;
import io.github.kvevents.support.KeyedExecutor;
import io.github.kvevents.support.SparingPool;

/**
 * The events of a listener that are on their way to the handler. One that waits for a
 * retry, or for the end of a pause, blocks those behind it of its key, and no thread.
 */
final class PendingDeliveries {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private static final long UNEXPECTED_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * How long an order waits for events that were let through before it, so that what
	 * was on its way to the handler has begun when the order returns. A handler that is
	 * slow has begun long before.
	 */
	private static final Delay LET_THROUGH = Delay.ofMillis(1000);

	private final SparingPool threads;

	private final KeyedExecutor executor;

	private final LongSupplier nanoTime;

	private final @Nullable DrivenTime driven;

	private final Runnable waits;

	/** Those that wait for a retry, and until when. */
	private final Map<Delivery, Due> waiting = new HashMap<>();

	/** Those that came while no event was to begin. */
	private final Set<Delivery> held = new HashSet<>();

	private final Set<Delivery> running = new HashSet<>();

	private boolean suspended;

	private long quietAt;

	private boolean ending;

	/**
	 * Creates an instance without events.
	 * @param name what the threads are called
	 * @param count how many threads there are at most
	 * @param driven the time by which back-offs are measured, {@code null} for the other
	 * @param waits runs when an event has to wait
	 */
	PendingDeliveries(String name, int count, LongSupplier nanoTime, @Nullable DrivenTime driven, Runnable waits) {
		this.threads = SparingPool.ofDaemons(name + "-", count);
		this.executor = new KeyedExecutor(this.threads);
		this.nanoTime = nanoTime;
		this.driven = driven;
		this.waits = waits;
	}

	/**
	 * Queues events behind those of the same keys.
	 */
	void submit(List<Delivery> deliveries) {
		for (Delivery delivery : deliveries) {
			this.executor.submitRepeatable(delivery.key(), () -> run(delivery));
		}
	}

	/**
	 * Runs something on one of the threads, in no order with the events.
	 */
	void execute(Runnable task) {
		this.executor.submit(new Object(), task);
	}

	/**
	 * Retries events that have waited long enough, or that are given up.
	 * @param all whether to retry all that wait
	 * @return when the next one has, as far as that needs no {@link #nextDue()}
	 */
	synchronized Delay resumeDue(boolean all) {
		this.held.removeIf((delivery) -> resumeIf(delivery.isLeaving(), delivery));
		this.waiting.entrySet()
			.removeIf((entry) -> resumeIf(all || left(entry.getValue()) <= 0 || entry.getKey().isLeaving(),
					entry.getKey()));
		return Delay.ofNanos(this.waiting.values()
			.stream()
			.filter((due) -> due.driven == null)
			.mapToLong(this::left)
			.min()
			.orElse(Long.MAX_VALUE));
	}

	private long left(Due due) {
		return due.at - ((due.driven != null) ? due.driven.nanos() : this.nanoTime.getAsLong());
	}

	/**
	 * When the next retry is due by the time that a test drives.
	 * @return {@code null} if none waits for that time
	 */
	synchronized @Nullable Instant nextDue() {
		OptionalLong next = this.waiting.values().stream().filter((due) -> due.driven != null).mapToLong(Due::at).min();
		return next.isPresent() ? DrivenTime.ofNanos(next.getAsLong()) : null;
	}

	/**
	 * How many tasks were begun so far.
	 */
	long begun() {
		return this.threads.getTaskCount();
	}

	/**
	 * The keys of the events that are handled, or that are about to be.
	 * @return {@code null} if there are none: others wait for a retry that a test has to
	 * begin, or for the end of a pause
	 */
	synchronized @Nullable List<String> handled() {
		boolean retries = this.waiting.values().stream().anyMatch((due) -> due.driven == null);
		return (this.threads.isBusy() || retries)
				? this.running.stream().map((delivery) -> delivery.change().key()).toList() : null;
	}

	/**
	 * Whether an event waits, so that others behind it may have to.
	 */
	synchronized boolean isWaiting() {
		return !this.waiting.isEmpty() || !this.held.isEmpty();
	}

	private boolean resumeIf(boolean condition, Delivery delivery) {
		if (condition) {
			this.executor.repeat(delivery.key());
		}
		return condition;
	}

	/**
	 * Begins no event any more, or resumes.
	 */
	synchronized void setSuspended(boolean suspended) {
		if (suspended && !this.suspended) {
			this.quietAt = reachedAt();
		}
		this.suspended = suspended;
		this.held.removeIf((delivery) -> resumeIf(!suspended, delivery));
	}

	/**
	 * When these may say that they begin nothing any more since they were suspended.
	 * @return how long what was let through before may still take to reach its handler;
	 * never unless these are suspended
	 */
	synchronized Delay untilQuiet() {
		if (!this.suspended) {
			return Delay.NEVER;
		}
		return this.running.isEmpty() ? Delay.NONE : until(this.quietAt);
	}

	/**
	 * When the events that are let through by now must have reached their handlers.
	 */
	long reachedAt() {
		return LET_THROUGH.after(this.nanoTime.getAsLong());
	}

	Delay until(long moment) {
		return Delay.ofNanos(moment - this.nanoTime.getAsLong());
	}

	/**
	 * Begins no event any more but those that must not be left. A handler that calls
	 * this, since it stops the application, is not going to be interrupted.
	 */
	void end() {
		this.threads.spareCaller();
		synchronized (this) {
			this.ending = true;
		}
	}

	/**
	 * Tries to deliver an event.
	 * @return whether there is nothing more to do
	 */
	private boolean run(Delivery delivery) {
		if (!begin(delivery)) {
			return false;
		}
		long wait = attempt(delivery);
		ended(delivery, wait);
		if (wait >= 0) {
			this.waits.run();
		}
		return wait < 0;
	}

	private synchronized boolean begin(Delivery delivery) {
		if ((this.suspended || this.ending) && !delivery.isLeaving()) {
			this.held.add(delivery);
			return false;
		}
		this.running.add(delivery);
		return true;
	}

	private synchronized void ended(Delivery delivery, long wait) {
		this.running.remove(delivery);
		notifyAll();
		if (wait >= 0) {
			DrivenTime driven = delivery.isBackingOff() ? this.driven : null;
			long now = (driven != null) ? driven.nanos() : this.nanoTime.getAsLong();
			this.waiting.put(delivery, new Due(now + wait, driven));
		}
	}

	private static long attempt(Delivery delivery) {
		try {
			return delivery.attempt();
		}
		catch (Throwable ex) {
			logger.error("An event could not be delivered; it is retried", ex);
			return UNEXPECTED_NANOS;
		}
	}

	/**
	 * Waits until the events that are being handled now have ended, or must have reached
	 * their handlers. A handler doesn't wait for itself or others.
	 */
	synchronized void awaitLetThrough() throws InterruptedException {
		Set<Delivery> current = isOwnThread() ? Set.of() : Set.copyOf(this.running);
		long end = reachedAt();
		long left = LET_THROUGH.nanos();
		while (!Collections.disjoint(current, this.running) && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - this.nanoTime.getAsLong();
		}
	}

	/**
	 * Whether the current call is part of one of a handler of these.
	 */
	boolean isOwnThread() {
		return this.threads.isCalledFromWithin();
	}

	/**
	 * Whether nothing runs any more since these were closed.
	 */
	boolean isOver() {
		return this.threads.isTerminated();
	}

	/**
	 * When an event is retried.
	 *
	 * @param at in nanoseconds, which may overflow
	 * @param driven the time that is meant, {@code null} for that of the system
	 */
	private record Due(long at, @Nullable DrivenTime driven) {
	}

	/**
	 * Interrupts what runs, gives it some time to end, and drops what waits. A handler
	 * that stopped these is left alone.
	 */
	void close(long millis) {
		this.executor.close();
		try {
			this.threads.awaitOthers(Duration.ofMillis(millis));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
