package io.github.kvevents.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntUnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Runs code of several threads in every order that their steps can have. Only one thread
 * runs at a time, from one call of {@link #step()} to its next: put one before each
 * access to what they share, for example into the lock that guards it. So a failure is
 * found for certain and comes again each time.
 */
public final class Interleavings {

	private static final ThreadLocal<@Nullable Actor> CURRENT = new ThreadLocal<>();

	private final ExecutorService pool;

	private final List<Actor> actors = new ArrayList<>();

	private final Semaphore settled = new Semaphore(0);

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	private Interleavings(ExecutorService pool) {
		this.pool = pool;
	}

	/**
	 * Runs a scenario in every order.
	 * @param limit how many orders there may be at most: more are a failure
	 * @param scenario starts the threads, and returns what is checked when all have ended
	 * @return how many orders there were
	 */
	public static int all(int limit, Scenario scenario) {
		List<int[]> path = new ArrayList<>();
		ExecutorService pool = Executors.newCachedThreadPool();
		int runs = 0;
		try {
			do {
				if (++runs > limit) {
					throw new AssertionError("More than " + limit + " orders: make the scenario smaller");
				}
				AtomicInteger depth = new AtomicInteger();
				run(pool, scenario, (choices) -> {
					if (depth.get() == path.size()) {
						path.add(new int[] { 0, choices });
					}
					return path.get(depth.getAndIncrement())[0];
				});
			}
			while (advance(path));
		}
		finally {
			pool.shutdownNow();
		}
		return runs;
	}

	/**
	 * Runs a scenario in some orders that are always the same ones.
	 * @param runs how many
	 * @param scenario as for {@link #all(int, Scenario)}
	 */
	public static void some(int runs, Scenario scenario) {
		ExecutorService pool = Executors.newCachedThreadPool();
		try {
			for (int seed = 0; seed < runs; seed++) {
				run(pool, scenario, new Random(seed)::nextInt);
			}
		}
		finally {
			pool.shutdownNow();
		}
	}

	private static boolean advance(List<int[]> path) {
		while (!path.isEmpty()) {
			int[] last = path.get(path.size() - 1);
			if (++last[0] < last[1]) {
				return true;
			}
			path.remove(path.size() - 1);
		}
		return false;
	}

	private static void run(ExecutorService pool, Scenario scenario, IntUnaryOperator choice) {
		List<Integer> order = new ArrayList<>();
		Interleavings run = new Interleavings(pool);
		try {
			Runnable check = scenario.begin(run);
			run.finish(choice, order);
			check.run();
		}
		catch (AssertionError ex) {
			throw new AssertionError("In the order " + order + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Starts a thread, which waits for its turn. That is its first step: where it calls
	 * {@link #step()} for the first time it doesn't wait again.
	 * @param action what it does
	 */
	public void start(Runnable action) {
		this.actors.add(new Actor(action));
	}

	/**
	 * Lets any other thread run before this one goes on. Without effect on a thread that
	 * wasn't started here.
	 */
	public void step() {
		Actor actor = CURRENT.get();
		if (actor == null) {
			return;
		}
		if (!actor.stepped) {
			actor.stepped = true;
			return;
		}
		this.settled.release();
		try {
			actor.turn.acquire();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("Given up, since another thread failed", ex);
		}
	}

	private void finish(IntUnaryOperator choice, List<Integer> order) {
		List<Actor> open = openActors();
		while (!open.isEmpty()) {
			int next = (open.size() > 1) ? choice.applyAsInt(open.size()) : 0;
			Actor actor = open.get(next);
			order.add(this.actors.indexOf(actor));
			proceed(actor);
			open = openActors();
		}
		Throwable failure = this.failure.get();
		if (failure != null) {
			throw new AssertionError("A thread failed: " + failure, failure);
		}
	}

	private List<Actor> openActors() {
		return this.actors.stream().filter((actor) -> !actor.ended).toList();
	}

	private void proceed(Actor actor) {
		if (actor.started) {
			actor.turn.release();
		}
		else {
			actor.started = true;
			this.pool.execute(() -> act(actor));
		}
		try {
			if (!this.settled.tryAcquire(60, TimeUnit.SECONDS)) {
				throw new AssertionError("A thread waits for another one between two steps");
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError("Interrupted", ex);
		}
	}

	private void act(Actor actor) {
		CURRENT.set(actor);
		try {
			actor.action.run();
		}
		catch (Throwable ex) {
			this.failure.compareAndSet(null, ex);
		}
		finally {
			CURRENT.remove();
			actor.ended = true;
			this.settled.release();
		}
	}

	/**
	 * What the threads do.
	 */
	@FunctionalInterface
	public interface Scenario {

		/**
		 * Starts the threads.
		 * @param run where to start them
		 * @return what is checked at the end
		 */
		Runnable begin(Interleavings run);

	}

	private static final class Actor {

		private final Runnable action;

		private final Semaphore turn = new Semaphore(0);

		private boolean started;

		private boolean stepped;

		private volatile boolean ended;

		Actor(Runnable action) {
			this.action = action;
		}

	}

}
