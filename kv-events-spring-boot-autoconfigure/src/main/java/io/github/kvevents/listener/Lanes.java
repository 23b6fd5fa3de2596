package io.github.kvevents.listener;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.support.Delay;
import io.github.kvevents.support.RetryingExecutor;

/**
 * The threads that handle events. Each event has a lane, in which one comes after the
 * other; an event that is to be tried again holds up its lane, and no thread.
 */
final class Lanes {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private static final int IDLE_THREAD_SECONDS = 60;

	/** How many events a lane may have handled before others have their turn. */
	private static final int TURN = 64;

	private static final long UNEXPECTED_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final ThreadPoolExecutor threads;

	private final Executor starter;

	private final ThreadGroup group;

	private final LongSupplier nanoTime;

	private final Runnable waits;

	private final Map<Object, Lane> lanes = new HashMap<>();

	private final Set<Lane> waiting = new HashSet<>();

	private final List<Lane> held = new ArrayList<>();

	private boolean suspended;

	private boolean ending;

	/**
	 * Creates lanes.
	 * @param name what the threads are called
	 * @param count how many threads there are at most
	 * @param waits is told when a lane has to wait
	 */
	Lanes(String name, int count, LongSupplier nanoTime, Runnable waits) {
		this.group = new ThreadGroup(name);
		AtomicInteger number = new AtomicInteger();
		this.threads = new ThreadPoolExecutor(count, count, IDLE_THREAD_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(this.group, task, name + "-" + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		this.threads.allowCoreThreadTimeOut(true);
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
			logger.debug("A listener stops before it was told of a gap", ex);
		}
	}

	/**
	 * Has lanes go on that have waited long enough, or whose event is to be given up.
	 * @param all whether to have all go on that wait
	 * @return when the next one has
	 */
	synchronized Delay resumeDue(boolean all) {
		this.held.removeIf(this::goesOn);
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
	 * Begins no event any more, or goes on.
	 */
	synchronized void setSuspended(boolean suspended) {
		this.suspended = suspended;
		if (!suspended) {
			this.held.forEach(this::schedule);
			this.held.clear();
		}
	}

	/**
	 * Begins no event any more but those that must not be left.
	 */
	synchronized void end() {
		this.ending = true;
	}

	private boolean goesOn(Lane held) {
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
			if (wait >= 0) {
				await(lane, wait);
				return;
			}
			synchronized (this) {
				lane.deliveries.poll();
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
		return delivery;
	}

	private static long attempt(Delivery delivery) {
		try {
			return delivery.attempt();
		}
		catch (Throwable ex) {
			logger.error("An event could not be delivered; it is tried again", ex);
			return UNEXPECTED_NANOS;
		}
	}

	private void await(Lane lane, long nanos) {
		synchronized (this) {
			lane.retryAt = this.nanoTime.getAsLong() + nanos;
			this.waiting.add(lane);
		}
		this.waits.run();
	}

	/**
	 * Whether the current thread is one of these.
	 */
	boolean isOwnThread() {
		return Thread.currentThread().getThreadGroup() == this.group;
	}

	/**
	 * Interrupts what runs, gives it some time to end, and drops what waits.
	 */
	void close(long millis) {
		this.threads.shutdownNow();
		try {
			this.threads.awaitTermination(millis, TimeUnit.MILLISECONDS);
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
