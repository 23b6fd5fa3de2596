package io.github.kvevents.hook;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The latest errors of one hook, oldest first. Safe for use by many threads; each error
 * is handed out once.
 */
public interface KvHookErrors {

	/**
	 * Takes the oldest error, waiting for one if there is none.
	 * @param timeout how long to wait, zero or negative: not at all
	 * @return the error, or {@code null} if none came in time or the thread was
	 * interrupted, which keeps its interrupt flag
	 */
	@Nullable KvHookError poll(Duration timeout);

	/**
	 * Takes all errors that are there.
	 * @return the errors, oldest first
	 */
	List<KvHookError> drain();

	/**
	 * How many errors made room for newer ones before anybody took them.
	 * @return the count since the hook was registered
	 */
	long getDropped();

}
