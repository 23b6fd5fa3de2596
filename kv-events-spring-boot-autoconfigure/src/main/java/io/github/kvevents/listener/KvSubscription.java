package io.github.kvevents.listener;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.StartPosition;

/**
 * A durable listener in this instance. {@link #pause()}, {@link #resume()},
 * {@link #seek(StartPosition)}, {@link #checkpoint(KvPosition)} and {@link #remove()} are
 * for the whole fleet: they are written to the store, and other instances obey within a
 * second. All methods are safe for use by many threads, also from within the handler.
 * Those that write to the store throw Spring's
 * {@link org.springframework.dao.DataAccessException} when it fails.
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
	 * The events that were put aside.
	 * @return always the same object
	 */
	KvDeadLetters getDeadLetters();

	/**
	 * Begins no event any more, in no instance, until {@link #resume()}; those that are
	 * being handled end normally. Lasts over restarts.
	 */
	void pause();

	/**
	 * Ends a pause.
	 */
	void resume();

	/**
	 * Takes everything up to a position as done with, in its partition, also what was not
	 * handled yet or keeps failing. A checkpoint is moved forward only: a position that
	 * is not behind it changes nothing.
	 * @param position the position of the last event that is done with, not behind the
	 * end of the log
	 * @throws IllegalArgumentException if there is no such partition
	 */
	void checkpoint(KvPosition position);

	/**
	 * Goes on from another place: forward without what is in between, or back, to hear of
	 * events again. What is being handled ends normally before. Positions before the
	 * beginning of the log count as a gap; positions behind its end count as its end.
	 * @param position where to go on; one of a single partition leaves the others alone
	 * @throws IllegalArgumentException if there is no such partition
	 */
	void seek(StartPosition position);

	/**
	 * Ends the listener in this instance: what is being handled ends within the shutdown
	 * timeout, the checkpoint is written, and other instances take over. It may be
	 * registered again, and goes on behind its checkpoint. Called from within the handler
	 * it doesn't wait. Closing again does nothing.
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
