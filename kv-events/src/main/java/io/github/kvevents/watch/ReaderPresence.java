package io.github.kvevents.watch;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody reads a watch: waits for an event, or did so less than the idle
 * timeout ago. Without a timeout nothing is noted.
 */
final class ReaderPresence {

	private static final Log logger = LogFactory.getLog(KvWatch.class);

	private final long timeoutNanos;

	private int waiting;

	private long lastSeen = System.nanoTime();

	/**
	 * Creates it.
	 * @param timeout for how long nobody may read, {@code null} for any time
	 */
	ReaderPresence(@Nullable Duration timeout) {
		this.timeoutNanos = (timeout != null) ? TimeUnit.NANOSECONDS.convert(timeout) : 0;
	}

	/**
	 * A reader begins to wait.
	 */
	synchronized void enter() {
		this.waiting++;
	}

	/**
	 * A reader has waited, and was there until now.
	 */
	synchronized void leave() {
		this.waiting--;
		this.lastSeen = System.nanoTime();
	}

	/**
	 * How long nobody may read until the watch ends.
	 * @return the nanoseconds, not positive once it is to end
	 */
	synchronized long left() {
		return (this.waiting > 0) ? this.timeoutNanos : this.lastSeen + this.timeoutNanos - System.nanoTime();
	}

	/**
	 * Ends a watch once its reader is gone. Costs a timer; a watch that was closed isn't
	 * kept by it.
	 */
	void whenGone(WatchSession session, Executor executor) {
		if (this.timeoutNanos > 0) {
			lookIn(this.timeoutNanos, new WeakReference<>(session), executor);
		}
	}

	private static void lookIn(long nanos, WeakReference<WatchSession> reference, Executor executor) {
		CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, executor).execute(() -> {
			WatchSession session = reference.get();
			if (session == null || session.isClosed()) {
				return;
			}
			long left = session.reader().presence().left();
			if (left > 0) {
				lookIn(left, reference, executor);
				return;
			}
			logger.debug("A watch is closed: nobody has read it for its idle timeout");
			session.abandon();
		});
	}

}
