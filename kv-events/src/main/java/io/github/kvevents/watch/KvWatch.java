package io.github.kvevents.watch;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

/**
 * Changes as they happen, in order for each key, until it is closed. Read it in one of
 * two ways: by {@link #poll(Duration)} and {@link #stream()}, which take events from the
 * same buffer, each event once; or by one subscriber of the {@link #publisher()}. Used by
 * many threads at once.
 * <p>
 * A watch ends when it is closed, when the application stops, when it overflows under
 * {@link WatchOverflow#FAIL}, when changes were removed from the change log before they
 * could be read, or when nobody reads it for its
 * {@linkplain WatchOptions#idleTimeout(java.time.Duration) idle timeout}. It then
 * receives nothing more; what it had received can still be read.
 */
public interface KvWatch extends AutoCloseable {

	/**
	 * Takes the next event, and waits for it if there is none.
	 * @param timeout how long to wait at most; not at all if it is zero or negative
	 * @return the event; {@code null} when the timeout has passed, when the watch was
	 * closed and has nothing left, or when the thread was interrupted, whose flag is then
	 * set
	 * @throws WatchOverflowException when there is nothing left of a watch that
	 * overflowed, each time
	 * @throws io.github.kvevents.PositionTrimmedException when the change log no longer
	 * has what comes next, each time
	 * @throws IllegalStateException if the publisher has a subscriber
	 */
	@Nullable KvEvent poll(Duration timeout);

	/**
	 * The events as a stream, which waits for each of them. It ends when the watch was
	 * closed and has nothing left; closing the stream closes the watch. A thread that is
	 * interrupted while it waits gets a
	 * {@link java.util.concurrent.CancellationException}.
	 * @return a sequential stream; what {@link #poll(Duration)} throws, it throws
	 */
	Stream<KvEvent> stream();

	/**
	 * The events for one subscriber, which is called on threads of this library, one call
	 * after the other, and must not block. What it has not asked for waits in the buffer.
	 * Cancelling closes the watch; the subscriber completes when the watch was closed and
	 * has nothing left, and fails with what {@link #poll(Duration)} throws. Subscribing
	 * again, or after the watch was polled, fails with an {@link IllegalStateException}.
	 * @return always the same publisher
	 */
	Flow.Publisher<KvEvent> publisher();

	/**
	 * How many events were dropped since the buffer was full.
	 * @return the number, zero under {@link WatchOverflow#FAIL}
	 */
	long getDropped();

	/**
	 * Whether there is, or may still come, something to read: {@code true} until the
	 * watch has ended and everything that it had received, and what it failed with, was
	 * handed to its reader. So a loop of {@code while (watch.isOpen())} around
	 * {@link #poll(Duration)} loses nothing.
	 * @return {@code false} once there will be nothing more
	 */
	boolean isOpen();

	/**
	 * Whether everything that existed when the watch was opened has been handed to its
	 * reader, whichever way it reads: what follows are changes.
	 * @return {@code true} from the last replayed event on; at once without replay, or
	 * where nothing existed
	 */
	boolean isReplayComplete();

	/**
	 * Ends the watch: it takes no change any more, and who waits for an event returns at
	 * once. What the buffer has is still there to be read, and a subscriber still
	 * receives what it had asked for, then completes; a subscriber that wants no more
	 * cancels. Closing again does nothing.
	 */
	@Override
	void close();

}
