package io.github.kvevents.redis.driver;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;

/**
 * A connection that is used by one operation after the other, together with what watches
 * it. It is kept if an operation left nothing behind in it, and closed otherwise.
 *
 * @param <W> the type of what watches it
 */
public final class ReusedConnection<W> {

	private final RedisConnection connection;

	private final Object shared;

	private final SpareConnections<ReusedConnection<W>> spares;

	private final Consumer<W> discarded;

	private @Nullable W watcher;

	/** Volatile, and one object: a connection may be called by several threads. */
	private volatile @Nullable Group group;

	private final AtomicBoolean open = new AtomicBoolean();

	private volatile boolean plain = true;

	/**
	 * Creates one that is not open.
	 * @param connection the connection
	 * @param shared the connection of the driver that it shares
	 * @param spares where it is kept
	 * @param discarded called with what watches it when it isn't kept, before it is
	 * closed
	 */
	public ReusedConnection(RedisConnection connection, Object shared, SpareConnections<ReusedConnection<W>> spares,
			Consumer<W> discarded) {
		this.connection = connection;
		this.shared = shared;
		this.spares = spares;
		this.discarded = discarded;
	}

	/**
	 * Takes a connection that is kept. If one shares another connection of the driver,
	 * which was closed, all are closed: no thread may come for the others soon.
	 * @param <W> the type of what watches it
	 * @param spares where they are kept
	 * @param shared the connection of the driver that a new connection would share
	 * @return the connection, {@code null} if there is none
	 */
	public static <W> @Nullable ReusedConnection<W> take(SpareConnections<ReusedConnection<W>> spares, Object shared) {
		ReusedConnection<W> spare = spares.take();
		if (spare != null && spare.shared != shared) {
			spare.discard();
			spares.takeAll(ReusedConnection::discard);
			return null;
		}
		return spare;
	}

	/**
	 * Opens it for an operation.
	 */
	public void open() {
		this.open.set(true);
	}

	public boolean isOpen() {
		return this.open.get();
	}

	/**
	 * It is not to be used again, since something may be left behind in it.
	 */
	public void spoil() {
		this.plain = false;
	}

	/**
	 * Closes it for the operation that uses it; a further time does nothing.
	 */
	public void close() {
		if (this.open.compareAndSet(true, false) && !(this.plain && this.spares.keep(this))) {
			discard();
		}
	}

	/**
	 * Closes it for good.
	 */
	public void discard() {
		if (this.watcher != null) {
			this.discarded.accept(this.watcher);
		}
		this.connection.close();
	}

	public @Nullable W watcher() {
		return this.watcher;
	}

	/**
	 * Sets what watches it.
	 * @param watcher what does
	 */
	public void watchedBy(W watcher) {
		this.watcher = watcher;
	}

	/**
	 * The group of commands that was used last.
	 * @param method the method that returns it
	 * @return the group, {@code null} if another one was used last
	 */
	public @Nullable Object group(Method method) {
		Group group = this.group;
		return (group != null && method.equals(group.method())) ? group.commands() : null;
	}

	/**
	 * Keeps a group of commands.
	 * @param method the method that returns it
	 * @param group the group
	 * @return the group
	 */
	public Object keepGroup(Method method, Object group) {
		this.group = new Group(method, group);
		return group;
	}

	/**
	 * The group of commands that was used last, and the method that returns it.
	 */
	private record Group(Method method, Object commands) {

	}

}
