package io.github.kvevents.hook;

/**
 * Handles each error of each hook, as it happens. Declare a bean of this type to replace
 * the default, which logs at WARN the id, the event without its values, and what was
 * thrown where; its message, which may hold a value, and the stack trace at DEBUG.
 */
@FunctionalInterface
public interface KvHookErrorHandler {

	/**
	 * Called on the thread on which the hook ran or was waited for, as a part of the
	 * hook: what it writes is as deep as what the hook writes, and like that doesn't wait
	 * for room in the queue of an asynchronous hook that it belongs to. What it throws is
	 * only logged. It isn't called for a hook that was not called because the handler's
	 * own writes were too deep; that is logged.
	 * @param error the error
	 */
	void onError(KvHookError error);

}
