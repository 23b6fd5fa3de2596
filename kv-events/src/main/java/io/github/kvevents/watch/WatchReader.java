package io.github.kvevents.watch;

import java.time.Duration;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.watch.WatchSource.ReplaySource;

/**
 * What is read of a watch: first what it replays, then what is in its buffer. Used by
 * many threads at once.
 */
final class WatchReader {

	static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final Log logger = LogFactory.getLog(WatchReader.class);

	private final WatchSession session;

	private final WatchBuffer buffer;

	private final ReaderPresence presence;

	private volatile @Nullable ReplaySource replaySource;

	WatchReader(WatchSession session, WatchBuffer buffer, @Nullable Duration idleTimeout) {
		this.session = session;
		this.buffer = buffer;
		this.presence = new ReaderPresence(idleTimeout);
	}

	/**
	 * Who reads it, if anybody.
	 */
	ReaderPresence presence() {
		return this.presence;
	}

	/**
	 * Sets what comes before the buffer, {@code null} for nothing any more.
	 */
	void setReplaySource(@Nullable ReplaySource replaySource) {
		this.replaySource = replaySource;
	}

	/**
	 * Takes the next event, and waits for it some time at most.
	 * @return the event, {@code null} if there is none
	 * @throws RuntimeException what the watch ended with
	 */
	@Nullable KvEvent take(long nanos) throws InterruptedException {
		this.presence.enter();
		try {
			return await(nanos);
		}
		finally {
			this.presence.leave();
		}
	}

	private @Nullable KvEvent await(long nanos) throws InterruptedException {
		long deadline = System.nanoTime() + nanos;
		while (true) {
			try {
				KvEvent event = next();
				if (event != null || isExhausted() || deadline - System.nanoTime() <= 0) {
					return event;
				}
				this.buffer.await(deadline - System.nanoTime());
			}
			catch (DataAccessException ex) {
				logger.debug("A watch could not read what comes next; this is retried", ex);
				if (deadline - System.nanoTime() <= 0 || this.session.isClosed()) {
					return null;
				}
				this.buffer.awaitEnd(Math.min(deadline - System.nanoTime(), RETRY_NANOS));
			}
		}
	}

	/**
	 * Takes the next event without waiting for one.
	 * @return the event, {@code null} if there is none
	 * @throws DataAccessException if the store fails: another time it may not
	 * @throws RuntimeException what the watch ended with
	 */
	@Nullable KvEvent next() {
		ReplaySource replaySource = this.replaySource;
		KvEvent event = (replaySource != null) ? next(replaySource) : null;
		return (event != null) ? event : this.buffer.poll();
	}

	/**
	 * Under the lock of the source, which other readers wait for in turn: what one of
	 * them finds missing has ended the watch before the next one looks.
	 */
	private @Nullable KvEvent next(ReplaySource replaySource) {
		synchronized (replaySource) {
			if (this.replaySource != replaySource) {
				return null;
			}
			KvEvent event = null;
			try {
				event = replaySource.next();
			}
			catch (PositionTrimmedException ex) {
				endAtGap(() -> new PositionTrimmedException(ex.getRequested(), ex.getEarliest()));
			}
			catch (EntryTooLargeException ex) {
				endAtGap(() -> new EntryTooLargeException(ex.getEntry(), ex.getBytes(), ex.getCause()));
			}
			if (event == null) {
				this.replaySource = null;
			}
			return event;
		}
	}

	private void endAtGap(Supplier<RuntimeException> failure) {
		this.session.fail(failure);
		// what came behind the gap
		this.buffer.clear();
	}

	/**
	 * Whether {@link #next()} will find nothing more.
	 */
	boolean isExhausted() {
		return this.replaySource == null && this.buffer.isExhausted();
	}

	/**
	 * Whether there is, or may still come, something to read.
	 */
	boolean isOpen() {
		ReplaySource replaySource = this.replaySource;
		if (!this.buffer.isFinished()) {
			return true;
		}
		// without a failure it was closed: what comes next is no longer read, only taken
		return replaySource != null && replaySource.hasRead();
	}

	boolean isReplayComplete() {
		ReplaySource replaySource = this.replaySource;
		return replaySource == null || replaySource.isReplayed();
	}

	/**
	 * Forgets what is there: nobody will read any more.
	 */
	void clear() {
		this.buffer.clear();
		this.replaySource = null;
	}

	/**
	 * The events, each waited for.
	 */
	Stream<KvEvent> stream() {
		int characteristics = Spliterator.ORDERED | Spliterator.NONNULL;
		return StreamSupport.stream(new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, characteristics) {

			@Override
			public boolean tryAdvance(Consumer<? super KvEvent> action) {
				KvEvent event = takeForStream();
				if (event != null) {
					action.accept(event);
				}
				return event != null;
			}

		}, false);
	}

	private @Nullable KvEvent takeForStream() {
		try {
			return take(Long.MAX_VALUE);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			CancellationException cancellation = new CancellationException(
					"Interrupted while waiting for the next event of a watch");
			cancellation.initCause(ex);
			throw cancellation;
		}
	}

}
