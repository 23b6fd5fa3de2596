package io.github.kvevents.hook;

/**
 * Hears of each error of each hook, as it happens. Declare a bean of this type to replace
 * the default, which logs at WARN the id, the event without its values, and what was
 * thrown where; its message, which may hold a value, and the stack trace at DEBUG.
 */
@FunctionalInterface
public interface KvHookErrorHandler {

	/**
	 * Called on the thread on which the hook ran or was waited for. What it throws is
	 * logged and goes no further.
	 * @param error the error
	 */
	void onError(KvHookError error);

}
