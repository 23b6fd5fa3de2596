package io.github.kvevents.listener;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.StartPosition;

/**
 * A durable listener in this instance. It survives that the application context is
 * stopped and started, or paused and restarted: it resumes from its checkpoint.
 * {@link #pause()}, {@link #resume()}, {@link #seek(StartPosition)},
 * {@link #checkpoint(KvPosition)} and {@link #remove()} are for the whole fleet, and
 * written to the store.
 * <p>
 * When {@link #pause()}, {@link #seek(StartPosition)}, {@link #checkpoint(KvPosition)},
 * {@link #close()} or {@link #remove()} has returned, no event begins any more that it
 * forbids. In this instance it waits up to a second for handlers that have begun, unless
 * it is called from within one; a handler that takes longer ends normally. Where other
 * instances have partitions, all but {@link #close()} wait until these have obeyed, which
 * takes up to a second; one that doesn't answer is waited for until its lease ends, and
 * it begins nothing behind that. {@link #resume()} doesn't wait. An interrupt ends the
 * wait, and the order stands.
 * <p>
 * All methods are safe for use by many threads, also from within the handler. Those that
 * write to the store throw Spring's {@link org.springframework.dao.DataAccessException}
 * when it fails.
 */
public interface KvSubscription extends AutoCloseable {

	/**
	 * The listener's id.
	 * @return the id
	 */
	String getId();

	/**
	 * How the listener was registered.
	 * @return the options
	 */
	ListenerOptions getOptions();

	/**
	 * What the listener does in this instance.
	 * @return the state at this moment
	 */
	SubscriptionState getState();

	/**
	 * What it did in this instance. Asks no store.
	 * @return the figures at this moment
	 */
	KvListenerStats getStats();

	/**
	 * How the listener stands in the whole fleet. Asks the store, in a few round trips.
	 * @return its partitions
	 */
	ListenerStatus getStatus();

	/**
	 * The dead letters.
	 * @return always the same object
	 */
	KvDeadLetters getDeadLetters();

	/**
	 * Pauses delivery in all instances until {@link #resume()}; events that are being
	 * handled end normally. Survives restarts.
	 */
	void pause();

	/**
	 * Resumes delivery. Other instances do within a second.
	 */
	void resume();

	/**
	 * Takes everything up to a position as done with, in its partition, also what was not
	 * handled yet or keeps failing; when it has returned, the store knows. A checkpoint
	 * is moved forward only: a position at or before it changes nothing.
	 * @param position the position of the last event that is done with; one past the end
	 * of the log counts as its end
	 * @throws IllegalArgumentException if there is no such partition, or the position is
	 * more than a day ahead of the log and the clock; nothing is done then
	 */
	void checkpoint(KvPosition position);

	/**
	 * Resumes from another position: forward without what is in between, or back, to
	 * receive events again. What is being handled ends normally before anything of that
	 * position begins. Positions before the beginning of the log count as a gap;
	 * positions past its end mean what is written from now on.
	 * @param position where to resume; one of a single partition leaves the others alone
	 * @throws IllegalArgumentException if there is no such partition, or the position is
	 * more than a day ahead of the log and the clock; nothing is done then
	 */
	void seek(StartPosition position);

	/**
	 * Ends the listener in this instance: what is being handled ends within the shutdown
	 * timeout, the checkpoint is written, and other instances take over. It may be
	 * registered again, and resumes from its checkpoint. Called from within the handler
	 * it doesn't wait: with a concurrency above 1 events may still begin that precede one
	 * which has begun. Closing again does nothing.
	 */
	@Override
	void close();

	/**
	 * Ends the listener in all instances and forgets it: its checkpoint and its dead
	 * letters are deleted, and the log is no longer kept for it. Registered again, at
	 * once or later, it begins anew; {@link #pause()}, {@link #resume()},
	 * {@link #checkpoint(KvPosition)} and {@link #seek(StartPosition)} of this object
	 * then throw {@link IllegalStateException}. Removing again does nothing.
	 */
	void remove();

}
