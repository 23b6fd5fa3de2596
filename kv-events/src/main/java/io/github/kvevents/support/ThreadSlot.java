package io.github.kvevents.support;

import org.jspecify.annotations.Nullable;

/**
 * A value that the current thread has while something runs. An empty slot stays behind in
 * the thread, since removing and adding it again for each operation costs several times
 * as much; it keeps neither a value nor a class alive. For our packages.
 *
 * @param <T> the type of the value
 */
public final class ThreadSlot<T> {

	@SuppressWarnings("ThreadLocalUsage") // the slots are static
	private final ThreadLocal<@Nullable T> values = new ThreadLocal<>();

	/**
	 * The value of the current thread.
	 * @return the value, {@code null} for none
	 */
	public @Nullable T get() {
		return this.values.get();
	}

	/**
	 * Replaces the value of the current thread.
	 * @param value the value, {@code null} for none
	 * @return the one before, to be restored in the end
	 */
	public @Nullable T replace(@Nullable T value) {
		T before = this.values.get();
		this.values.set(value);
		return before;
	}

}
