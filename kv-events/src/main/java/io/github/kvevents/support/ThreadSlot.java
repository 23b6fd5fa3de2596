package io.github.kvevents.support;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A value that the current thread has while something runs. An empty slot stays behind in
 * the thread, since removing and adding it again for each operation costs several times
 * as much; it keeps neither a value nor a class alive. For our packages.
 * <p>
 * The slots of a thread are together in one array, so that what uses several of them
 * looks it up once, with {@link #here()}.
 *
 * @param <T> the type of the value
 */
public final class ThreadSlot<T> {

	/**
	 * More than there are: the slots are static.
	 */
	private static final int MAX_SLOTS = 16;

	private static final AtomicInteger SLOTS = new AtomicInteger();

	private static final ThreadLocal<@Nullable Object[]> VALUES = ThreadLocal
		.withInitial(() -> new @Nullable Object[MAX_SLOTS]);

	private final int index = SLOTS.getAndIncrement();

	/**
	 * The slots of the current thread.
	 * @return always the same array for a thread, to be used on that thread alone
	 */
	public static @Nullable Object[] here() {
		return VALUES.get();
	}

	/**
	 * The value of the current thread.
	 * @return the value, {@code null} for none
	 */
	public @Nullable T get() {
		return get(here());
	}

	/**
	 * The value of the current thread.
	 * @param here the slots of the current thread
	 * @return the value, {@code null} for none
	 */
	@SuppressWarnings("unchecked") // nothing else is written at this index
	public @Nullable T get(@Nullable Object[] here) {
		return (T) here[this.index];
	}

	/**
	 * Replaces the value of the current thread.
	 * @param value the value, {@code null} for none
	 * @return the one before, to be restored in the end
	 */
	public @Nullable T replace(@Nullable T value) {
		return replace(here(), value);
	}

	/**
	 * Replaces the value of the current thread.
	 * @param here the slots of the current thread
	 * @param value the value, {@code null} for none
	 * @return the one before, to be restored in the end
	 */
	public @Nullable T replace(@Nullable Object[] here, @Nullable T value) {
		T before = get(here);
		here[this.index] = value;
		return before;
	}

}
