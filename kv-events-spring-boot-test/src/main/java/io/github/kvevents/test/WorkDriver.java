package io.github.kvevents.test;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.BackgroundWork.Pending;
import io.github.kvevents.support.CallChain;

/**
 * Begins the work of a context that is due, and waits until none is pending. One thread
 * at a time does.
 */
final class WorkDriver {

	/** What a hook that does little takes; most do little. */
	private static final long SHORT_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);

	private static final long LONG_PAUSE = TimeUnit.MICROSECONDS.toNanos(500);

	private static final int SHORT_PAUSES = 50;

	/** So many may be a chain without end. */
	private static final int MANY_STEPS = 3;

	private final Supplier<Stream<BackgroundWork>> source;

	private final ReentrantLock lock = new ReentrantLock();

	private List<BackgroundWork> works = List.of();

	private Duration timeout = Duration.ZERO;

	private long begun;

	private long steps;

	/**
	 * Creates a driver.
	 * @param source gives the parts of the context that work, once it is started
	 */
	WorkDriver(Supplier<Stream<BackgroundWork>> source) {
		this.source = source;
	}

	/**
	 * Runs an action, alone.
	 * @param timeout how long it may wait, in all
	 */
	void run(Duration timeout, Consumer<WorkDriver> action) {
		Assert.state(CallChain.current() == null,
				"A hook can't wait for the clock: the clock would wait for that hook. Move it in the test method");
		Assert.state(!this.lock.isHeldByCurrentThread() && this.lock.tryLock(),
				"The clock is being moved by another thread, which may be waiting for this one: "
						+ "move it in the test method only");
		try {
			this.works = this.works.isEmpty() ? this.source.get().toList() : this.works;
			this.timeout = timeout;
			this.begun = System.nanoTime();
			this.steps = 0;
			action.accept(this);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Nullable Instant nextDue() {
		return this.works.stream()
			.map(BackgroundWork::nextDue)
			.filter(Objects::nonNull)
			.min(Comparator.naturalOrder())
			.orElse(null);
	}

	void beginDue(Instant now) {
		this.works.forEach(BackgroundWork::beginDue);
		this.steps++;
		settle(now);
		if (isOver()) {
			throw new AssertionError(message(now, List.of()));
		}
	}

	/**
	 * Waits until nothing is pending: two looks in a row find nothing, and nothing has
	 * begun between them.
	 */
	void settle(Instant now) {
		Pending before = look();
		int pauses = 0;
		while (true) {
			Pending after = look();
			if (isIdle(before) && isIdle(after) && before.begun() == after.begun()) {
				return;
			}
			if (isOver()) {
				throw new AssertionError(message(now, (isIdle(after) ? before : after).descriptions()));
			}
			if (!isIdle(after)) {
				pause((pauses++ < SHORT_PAUSES) ? SHORT_PAUSE : LONG_PAUSE);
			}
			before = after;
		}
	}

	private Pending look() {
		return Pending.of(this.works.stream().map(BackgroundWork::pendingWork).toList());
	}

	private static boolean isIdle(Pending pending) {
		return pending.descriptions().isEmpty();
	}

	private boolean isOver() {
		return System.nanoTime() - this.begun - this.timeout.toNanos() > 0;
	}

	private static void pause(long nanos) {
		LockSupport.parkNanos(nanos);
		Assert.state(!Thread.currentThread().isInterrupted(), "The thread that moves the clock was interrupted");
	}

	private String message(Instant now, List<String> pending) {
		List<String> threads = Threads.running();
		StringBuilder message = new StringBuilder(
				pending.isEmpty() ? "The clock was still moving" : "Work was still pending");
		message.append(" after %s, with the clock at %s".formatted(this.timeout, now));
		message.append(lines(":", pending));
		if (this.steps >= MANY_STEPS) {
			message.append(
					"%nThe clock has stopped at %d deadlines, and the next is %s: does a hook or listener set a short time to live again and again?"
						.formatted(this.steps, nextDue()));
		}
		message.append(lines("%nThreads of kv-events that run:".formatted(), threads));
		return message.append("%nThe clock waits in real time; setTimeout changes for how long".formatted()).toString();
	}

	private static String lines(String title, List<String> lines) {
		return lines.isEmpty() ? ""
				: lines.stream().map((line) -> "%n  - ".formatted() + line).collect(Collectors.joining("", title, ""));
	}

	/**
	 * The threads of hooks and listeners in this JVM.
	 */
	private static final class Threads {

		private static final String PREFIX = "kv-";

		private static final List<String> JDK = List.of("java.", "jdk.", "sun.");

		/** Where idle threads wait. */
		private static final List<String> WAITS = List.of("io.github.kvevents.support.", "io.github.kvevents.memory.",
				"io.github.kvevents.redis.");

		private Threads() {
		}

		/**
		 * What runs application code, and where it is.
		 */
		static List<String> running() {
			return Thread.getAllStackTraces()
				.entrySet()
				.stream()
				.filter((entry) -> entry.getKey().getName().startsWith(PREFIX))
				.map((entry) -> describe(entry.getKey(), entry.getValue()))
				.filter(Objects::nonNull)
				.sorted()
				.toList();
		}

		private static @Nullable String describe(Thread thread, StackTraceElement[] trace) {
			return Stream.of(trace)
				.filter((frame) -> JDK.stream().noneMatch(frame.getClassName()::startsWith))
				.findFirst()
				.filter((frame) -> WAITS.stream().noneMatch(frame.getClassName()::startsWith))
				.map((frame) -> thread.getName() + " at " + frame)
				.orElse(null);
		}

	}

}
