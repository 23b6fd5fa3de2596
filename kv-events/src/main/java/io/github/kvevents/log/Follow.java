package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

/**
 * An open follow of an event log. It ends with {@link #close()} or with the application.
 * While the application's context is stopped or paused no call of the listener begins;
 * with the next start the follow resumes behind what it delivered.
 */
public interface Follow extends AutoCloseable {

	/**
	 * Whether the listener still receives new entries.
	 * @return {@code false} once it is closed
	 */
	boolean isOpen();

	/**
	 * The last entry that the listener is done with, whether it succeeded or threw. To go
	 * on behind it in another process, follow from this id and skip the first entry if it
	 * is the same.
	 * @return the id, or {@code null} if there was no entry yet or the log was deleted
	 */
	@Nullable EntryId getPosition();

	/**
	 * How many calls of the listener threw an exception.
	 * @return the number
	 */
	long getFailures();

	/**
	 * Ends the follow. Once this has returned no call of the listener begins. Waits up to
	 * a second for one that runs on another thread, which goes to its end also if it
	 * takes longer. May be called by the listener itself, then it doesn't wait, and more
	 * than once.
	 */
	@Override
	void close();

}
