package io.github.kvevents.watch;

import java.time.Duration;
import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.PositionTrimmedException;

/**
 * A watch from the view of who reads it: first its backlog, then its buffer.
 */
final class WatchSession implements KvWatch {

	static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final Log logger = LogFactory.getLog(WatchSession.class);

	private final WatchBuffer buffer;

	private final Executor executor;

	private final WatchPublisher publisher;

	private final ReaderPresence presence;

	private final EndActions endActions = new EndActions();

	private volatile boolean closed;

	private final AtomicReference<@Nullable Reader> reader = new AtomicReference<>();

	private volatile @Nullable ReplaySource replaySource;

	/**
	 * Creates a session.
	 * @param executor runs the subscriber, and what must not be done where an event comes
	 * from
	 */
	WatchSession(WatchOptions options, Executor executor) {
		this.buffer = new WatchBuffer(options);
		this.executor = executor;
		this.publisher = new WatchPublisher(this, executor);
		this.presence = new ReaderPresence(options.getIdleTimeout());
		this.presence.whenGone(this, executor);
	}

	/**
	 * Who reads it, if anybody.
	 */
	ReaderPresence presence() {
		return this.presence;
	}

	/**
	 * Sets what comes before the buffer. Called before anybody reads.
	 */
	void setReplaySource(ReplaySource replaySource) {
		this.replaySource = replaySource;
	}

	/**
	 * Sets what to do when it ends, to give back what it holds; at once if it has ended.
	 */
	void onEnd(Runnable action) {
		this.endActions.add(action);
	}

	/**
	 * Puts a change into the buffer.
	 */
	void offer(KvEvent event) {
		if (!this.buffer.offer(event)) {
			releaseLater();
		}
	}

	/**
	 * Ends the watch.
	 * @param failure what its reader gets at the end
	 */
	void fail(Supplier<RuntimeException> failure) {
		this.buffer.end(failure);
		releaseLater();
	}

	/**
	 * The caller that brings an event or a failure holds locks that the release may need.
	 */
	private void releaseLater() {
		this.executor.execute(this.endActions);
	}

	@Override
	public @Nullable KvEvent poll(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		claimForPolling();
		try {
			return take(TimeUnit.NANOSECONDS.convert(timeout));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
	}

	private @Nullable KvEvent take(long nanos) throws InterruptedException {
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
				if (deadline - System.nanoTime() <= 0 || isClosed()) {
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
		if (replaySource != null) {
			KvEvent event = next(replaySource);
			if (event != null) {
				return event;
			}
			this.replaySource = null;
		}
		return this.buffer.poll();
	}

	private @Nullable KvEvent next(ReplaySource replaySource) {
		try {
			return replaySource.next();
		}
		catch (PositionTrimmedException ex) {
			fail(() -> new PositionTrimmedException(ex.getRequested(), ex.getEarliest()));
		}
		catch (EntryTooLargeException ex) {
			fail(() -> new EntryTooLargeException(ex.getEntry(), ex.getBytes(), ex.getCause()));
		}
		// what came behind the gap
		this.buffer.clear();
		return null;
	}

	/**
	 * Whether {@link #next()} will find nothing more.
	 */
	boolean isExhausted() {
		return this.replaySource == null && this.buffer.isExhausted();
	}

	@Override
	public Stream<KvEvent> stream() {
		claimForPolling();
		Spliterator<KvEvent> events = new WaitingSpliterator(this::takeForStream);
		return StreamSupport.stream(events, false).onClose(this::close);
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

	@Override
	public Flow.Publisher<KvEvent> publisher() {
		return this.publisher;
	}

	private void claimForPolling() {
		Assert.state(claim(Reader.POLLING), "The watch has a subscriber, which gets its events: open another watch");
	}

	/**
	 * Decides how the watch is read, once and for all.
	 * @return whether it is read that way
	 */
	private boolean claim(Reader reader) {
		return this.reader.compareAndSet(null, reader) || (this.reader.get() == reader && reader == Reader.POLLING);
	}

	/**
	 * Makes the caller the only subscriber.
	 */
	boolean claimForSubscriber() {
		return claim(Reader.SUBSCRIBER);
	}

	/**
	 * Sets who is called after there is something to read, or nothing any more.
	 */
	void setListener(@Nullable Runnable listener) {
		this.buffer.setListener(listener);
	}

	@Override
	public long getDropped() {
		return this.buffer.getDropped();
	}

	@Override
	public boolean isOpen() {
		ReplaySource replaySource = this.replaySource;
		if (!this.buffer.isFinished()) {
			return true;
		}
		// without a failure it was closed: what comes next is no longer read, only taken
		return replaySource != null && replaySource.hasRead();
	}

	@Override
	public boolean isReplayComplete() {
		ReplaySource replaySource = this.replaySource;
		return replaySource == null || replaySource.isReplayed();
	}

	/**
	 * Whether it was closed, rather than ended by a failure.
	 */
	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Ends it because nobody will read any more.
	 */
	void abandon() {
		close();
		this.buffer.clear();
		this.replaySource = null;
	}

	@Override
	public void close() {
		this.closed = true;
		this.buffer.end(null);
		this.endActions.run();
	}

	private enum Reader {

		POLLING, SUBSCRIBER

	}

}
