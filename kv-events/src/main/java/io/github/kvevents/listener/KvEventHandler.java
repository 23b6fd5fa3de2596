package io.github.kvevents.listener;

import io.github.kvevents.KvEvent;
import io.github.kvevents.log.LogGapEvent;

/**
 * Handles the events of a listener. Events of one key come one after the other, in the
 * order in which the store applied the changes; with a concurrency above 1 those of
 * different keys come at the same time. The handler may use the template: nothing is
 * locked meanwhile. It may be called again for an event that it handled, after a failure
 * of an instance or of the store, and should be idempotent.
 */
@FunctionalInterface
public interface KvEventHandler {

	/**
	 * Handles an event. When it returns, the event counts as handled.
	 * @param event the event, with its position
	 * @throws Exception to have it retried as the options say. What it throws after it
	 * was interrupted because the listener stops is no failure
	 */
	void onEvent(KvEvent event) throws Exception;

	/**
	 * Changes were missed: they were removed from the log before they were read, or the
	 * store lost them. The events behind the gap come when this has returned or thrown.
	 * @param gap what was missed
	 */
	default void onGap(LogGapEvent gap) {
	}

}
