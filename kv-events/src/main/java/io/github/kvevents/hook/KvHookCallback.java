package io.github.kvevents.hook;

import io.github.kvevents.KvEvent;

/**
 * What a hook does.
 */
@FunctionalInterface
public interface KvHookCallback {

	/**
	 * Called for each event that the hook's options choose: on the caller's thread or, if
	 * the hook is asynchronous or has a timeout, on another one; for different keys by
	 * several threads at once.
	 * @param event the event
	 * @throws Exception if it fails: counted and delivered as a {@link KvHookError},
	 * never seen by the caller of the operation
	 */
	void onEvent(KvEvent event) throws Exception;

	/**
	 * Whether the hook may read the values of its events. The last value of a key whose
	 * time to live is tracked is kept in Redis only if something takes it. Asked once,
	 * when the hook is registered.
	 * @return {@code false} if it certainly reads none, by default {@code true}
	 */
	default boolean takesValue() {
		return true;
	}

}
