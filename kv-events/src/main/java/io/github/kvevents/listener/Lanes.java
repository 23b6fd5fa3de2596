package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;
import io.github.kvevents.support.RetryingExecutor;
import io.github.kvevents.support.SparingPool;

/**
 * The threads that handle events. Each event has a lane, in which one comes after the
 * other; an event that waits for a retry blocks its key, and no thread.
 */
final class Lanes {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(60);

	/** How many events a lane may have handled before others have their turn. */
	private static final int TURN = 64;

	private static final long UNEXPECTED_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final Duration LET_THROUGH = Duration.ofMillis(50);

	private final SparingPool threads;

	private final Executor starter;

	private final LongSupplier nanoTime;

	private final Runnable waits;

	private final Map<Object, Lane> lanes = new HashMap<>();

	private final Set<Lane> waiting = new HashSet<>();

	private final List<Lane> held = new ArrayList<>();

	private final Set<Delivery> running = new HashSet<>();

	private boolean suspended;

	private boolean ending;

	/**
	 * Creates lanes.
	 * @param name what the threads are called
	 * @param count how many threads there are at most
	 * @param waits runs when a lane has to wait
	 */
	Lanes(String name, int count, LongSupplier nanoTime, Runnable waits) {
		AtomicInteger number = new AtomicInteger();
		this.threads = new SparingPool(count, count, IDLE_THREAD_LIFE, new LinkedBlockingQueue<>(), (task) -> {
			Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
		this.starter = new RetryingExecutor(this.threads);
		this.nanoTime = nanoTime;
		this.waits = waits;
	}

	/**
	 * Queues events behind those of the same lanes.
	 */
	synchronized void submit(List<Delivery> deliveries) {
		for (Delivery delivery : deliveries) {
			Lane lane = this.lanes.get(delivery.lane());
			if (lane == null) {
				lane = new Lane(delivery.lane());
				this.lanes.put(delivery.lane(), lane);
				schedule(lane);
			}
			lane.deliveries.add(delivery);
		}
	}

	/**
	 * Runs something on one of the threads, in no lane.
	 */
	void execute(Runnable task) {
		try {
			this.starter.execute(task);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("A listener stops before a gap was delivered", ex);
		}
	}

	/**
	 * Resumes lanes that have waited long enough, or whose event is given up.
	 * @param all whether to resume all that wait
	 * @return when the next one has
	 */
	synchronized Delay resumeDue(boolean all) {
		this.held.removeIf(this::resumes);
		long now = this.nanoTime.getAsLong();
		Delay next = Delay.NEVER;
		for (Lane lane : List.copyOf(this.waiting)) {
			long left = lane.retryAt - now;
			if (all || left <= 0 || lane.isLeaving()) {
				this.waiting.remove(lane);
				schedule(lane);
			}
			else {
				next = next.min(Delay.ofNanos(left));
			}
		}
		return next;
	}

	/**
	 * Begins no event any more, or resumes.
	 */
	synchronized void setSuspended(boolean suspended) {
		this.suspended = suspended;
		if (!suspended) {
			this.held.forEach(this::schedule);
			this.held.clear();
		}
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

	private boolean resumes(Lane held) {
		// asked once: it may become so at any time
		boolean leaving = held.isLeaving();
		if (leaving) {
			schedule(held);
		}
		return leaving;
	}

	private void schedule(Lane lane) {
		try {
			this.starter.execute(() -> run(lane));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("A listener stops before all that was read was handled", ex);
		}
	}

	private void run(Lane lane) {
		for (int count = 0; count < TURN; count++) {
			Delivery delivery = next(lane);
			if (delivery == null) {
				return;
			}
			long wait = attempt(delivery);
			ended(lane, delivery, wait);
			if (wait >= 0) {
				this.waits.run();
				return;
			}
		}
		schedule(lane);
	}

	private synchronized @Nullable Delivery next(Lane lane) {
		Delivery delivery = lane.deliveries.peek();
		if (delivery == null) {
			this.lanes.remove(lane.name);
			return null;
		}
		if ((this.suspended || this.ending) && !lane.isLeaving()) {
			this.held.add(lane);
			return null;
		}
		this.running.add(delivery);
		return delivery;
	}

	private synchronized void ended(Lane lane, Delivery delivery, long wait) {
		this.running.remove(delivery);
		notifyAll();
		if (wait >= 0) {
			lane.retryAt = this.nanoTime.getAsLong() + wait;
			this.waiting.add(lane);
		}
		else {
			lane.deliveries.poll();
		}
	}

	/**
	 * Waits until the events that are being handled now have ended. What was let through
	 * a moment ago may not have reached its handler yet. A handler doesn't wait for
	 * itself or others.
	 * @param timeout how long to wait at most
	 */
	synchronized void awaitCurrent(Duration timeout) throws InterruptedException {
		Set<Delivery> current = isOwnThread() ? Set.of() : Set.copyOf(this.running);
		long end = this.nanoTime.getAsLong() + timeout.toNanos();
		long left = timeout.toNanos();
		while (!Collections.disjoint(current, this.running) && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = end - this.nanoTime.getAsLong();
		}
	}

	/**
	 * Waits a moment for events that were let through before this instance knew of an
	 * order, so that they have reached the handler when it says that it obeys.
	 */
	void awaitLetThrough() {
		try {
			awaitCurrent(LET_THROUGH);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
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

	void awaitOver(Duration timeout) throws InterruptedException {
		this.threads.awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Interrupts what runs, gives it some time to end, and drops what waits. A handler
	 * that stopped these is left alone.
	 */
	void close(long millis) {
		this.threads.interruptOthers();
		try {
			this.threads.awaitOthers(Duration.ofMillis(millis));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static final class Lane {

		private final Object name;

		private final Deque<Delivery> deliveries = new ArrayDeque<>();

		private long retryAt;

		Lane(Object name) {
			this.name = name;
		}

		boolean isLeaving() {
			Delivery first = this.deliveries.peek();
			return first != null && first.isLeaving();
		}

	}

}
