package io.github.kvevents.redis.driver;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A few connections that no operation uses at the moment. The operation that takes one
 * has it alone. Used by many threads at once.
 *
 * @param <T> the type of a connection
 */
public final class SpareConnections<T> {

	private static final int SLOTS = 16;

	private final AtomicReferenceArray<@Nullable T> slots = new AtomicReferenceArray<>(SLOTS);

	/**
	 * Takes a connection, most likely the one that this thread had before.
	 * @return the connection, {@code null} if there is none
	 */
	public @Nullable T take() {
		int slot = slot();
		return (this.slots.get(slot) != null) ? this.slots.getAndSet(slot, null) : null;
	}

	/**
	 * Keeps a connection for an operation to come.
	 * @param connection not to be used any more by the caller
	 * @return whether there was room for it
	 */
	public boolean keep(T connection) {
		return this.slots.compareAndSet(slot(), null, connection);
	}

	/**
	 * Takes all connections.
	 * @param action called with each
	 */
	public void takeAll(Consumer<T> action) {
		for (int slot = 0; slot < SLOTS; slot++) {
			T connection = this.slots.getAndSet(slot, null);
			if (connection != null) {
				action.accept(connection);
			}
		}
	}

	private static int slot() {
		return (int) (Thread.currentThread().getId() & (SLOTS - 1));
	}

}
