package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

/**
 * A hook that is registered. All methods are safe for use by many threads, also from
 * within the hook itself.
 */
public interface KvHookRegistration extends AutoCloseable {

	/**
	 * The hook's id.
	 * @return the id, unique in the registry
	 */
	String getId();

	/**
	 * How the hook was registered, its id filled in.
	 * @return the options
	 */
	KvHookOptions getOptions();

	/**
	 * The bean whose method the hook is.
	 * @return the bean's name, or {@code null} if it was registered with a callback
	 */
	@Nullable String getBeanName();

	/**
	 * The method that the hook is.
	 * @return the method's name, or {@code null} if it was registered with a callback
	 */
	@Nullable String getMethodName();

	/**
	 * What the hook did so far.
	 * @return the figures at this moment
	 */
	KvHookStats getStats();

	/**
	 * The latest errors of this hook.
	 * @return always the same object
	 */
	KvHookErrors getErrors();

	/**
	 * Whether the hook is called.
	 * @return whether it is enabled, by default it is
	 */
	boolean isEnabled();

	/**
	 * Enables or disables the hook. A disabled hook receives no event of an operation
	 * that begins afterwards; one that is in flight may still reach it, and what an
	 * asynchronous hook has in its queue is still delivered.
	 * @param enabled whether the hook is to be called
	 */
	void setEnabled(boolean enabled);

	/**
	 * Ends the registration. Once this has returned no call of the hook begins, on
	 * whatever thread; what an asynchronous hook has in its queue is discarded and
	 * counted as dropped. Waits up to a second for calls that run, which end normally
	 * also if they take longer; called from within a hook it doesn't wait. Closing again
	 * changes nothing.
	 */
	@Override
	void close();

}
