package io.github.kvevents.support;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long one or several answers are waited for, together. It is waited for in parts, so
 * that time in which this process itself stands still, as in a long garbage collection or
 * a container without CPU time left, counts little: it says nothing about who is to
 * answer. One thread waits. For our packages.
 */
public final class Patience {

	private static final int PARTS = 10;

	private final long partNanos;

	private int left = PARTS;

	public Patience(long millis) {
		this.partNanos = TimeUnit.MILLISECONDS.toNanos(millis) / PARTS;
	}

	/**
	 * Waits for an answer.
	 * @return {@code false} if it hasn't come in time
	 * @throws ExecutionException what it failed with
	 */
	public boolean await(Future<?> answer) throws InterruptedException, ExecutionException {
		while (!answer.isDone() && this.left > 0) {
			try {
				answer.get(this.partNanos, TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				this.left--;
			}
		}
		if (!answer.isDone()) {
			return false;
		}
		answer.get();
		return true;
	}

}
