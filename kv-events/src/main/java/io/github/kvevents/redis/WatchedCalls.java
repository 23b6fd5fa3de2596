package io.github.kvevents.redis;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.redis.driver.CommandKind;
import io.github.kvevents.redis.driver.OwnConnectionFactory;
import io.github.kvevents.redis.driver.ReusedConnection;
import io.github.kvevents.redis.driver.SpareConnections;
import io.github.kvevents.support.CallDeadline;
import io.github.kvevents.support.CallPatience;

/**
 * Reports commands in flight and failures to a {@link LinkState}. A proxy of the
 * connection and of its groups of commands.
 */
final class WatchedCalls implements InvocationHandler {

	private static final long FIRST_PAUSE_MILLIS = 4;

	private static final long MAX_PAUSE_MILLIS = 100;

	/** A connection that is not for operations of the application. */
	static final long UNBOUNDED = -1;

	/** Earlier waits that are shorter don't matter: a timer isn't more exact. */
	private static final long IMMEDIATE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Object target;

	private final LinkState state;

	/** The calls of the connection, for those of a group of its commands. */
	private final @Nullable WatchedCalls connection;

	private @Nullable Runnable closed;

	/** The longest wait so far, unless this is a group. */
	private long waitedNanos;

	/** A connection that is used again, with what stands for its calls. */
	private final @Nullable ReusedConnection<WatchedCalls> reuse;

	private final LinkState.@Nullable Call call;

	private @Nullable RedisConnection proxy;

	private WatchedCalls(Object target, LinkState state, @Nullable WatchedCalls connection, @Nullable Runnable closed,
			long waitedNanos) {
		this.target = target;
		this.state = state;
		this.connection = connection;
		this.closed = closed;
		this.waitedNanos = waitedNanos;
		this.reuse = (connection != null) ? connection.reuse : null;
		this.call = (connection != null) ? connection.call : null;
	}

	private WatchedCalls(RedisConnection target, LinkState state, ReusedConnection<WatchedCalls> reuse) {
		this.target = target;
		this.state = state;
		this.connection = null;
		this.reuse = reuse;
		this.call = state.idle();
		this.proxy = (RedisConnection) proxy(RedisConnection.class, this);
	}

	/**
	 * Watches a connection.
	 * @param waitedNanos how long its operation has waited already: each command ends
	 * within what the longest wait has left of the command timeout. {@link #UNBOUNDED} if
	 * each may take the whole timeout
	 * @param closed runs when it is closed for the first time
	 */
	static RedisConnection watch(RedisConnection connection, LinkState state, long waitedNanos, Runnable closed) {
		Class<? extends RedisConnection> type = (connection instanceof RedisClusterConnection)
				? RedisClusterConnection.class : RedisConnection.class;
		return type.cast(proxy(type, new WatchedCalls(connection, state, null, closed, waitedNanos)));
	}

	/**
	 * Watches a connection of our own: a spare one, if that shares the connection of the
	 * driver which a new one would share. Making it, and what watches it, would be most
	 * of what a command costs on this side.
	 * @param spares where it is kept once it is closed, if only plain commands were
	 * called; for the connections of one state
	 * @param waitedNanos as above
	 */
	static RedisConnection watch(OwnConnectionFactory factory, SpareConnections<ReusedConnection<WatchedCalls>> spares,
			LinkState state, long waitedNanos) {
		Object shared = factory.shared();
		if (shared == null) {
			return watch(factory.getConnection(), state, waitedNanos, () -> {
			});
		}
		ReusedConnection<WatchedCalls> spare = ReusedConnection.take(spares, shared);
		WatchedCalls calls = (spare != null) ? spare.watcher() : null;
		return ((calls != null) ? calls : reusable(factory.getConnection(), shared, spares, state)).open(waitedNanos);
	}

	private static WatchedCalls reusable(RedisConnection connection, Object shared,
			SpareConnections<ReusedConnection<WatchedCalls>> spares, LinkState state) {
		ReusedConnection<WatchedCalls> reuse = new ReusedConnection<>(connection, shared, spares,
				(calls) -> state.end(Objects.requireNonNull(calls.call)));
		WatchedCalls calls = new WatchedCalls(connection, state, reuse);
		reuse.watchedBy(calls);
		return calls;
	}

	private RedisConnection open(long waitedNanos) {
		this.waitedNanos = waitedNanos;
		Objects.requireNonNull(this.reuse).open();
		return Objects.requireNonNull(this.proxy);
	}

	private static Object proxy(Class<?> type, WatchedCalls calls) {
		return Proxy.newProxyInstance(WatchedCalls.class.getClassLoader(), new Class<?>[] { type }, calls);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		return switch (CommandKind.of(method)) {
			case OBJECT -> (method.getName().equals("equals") && arguments != null) ? proxy == arguments[0]
					: method.invoke(this.target, arguments);
			case CLOSE -> close(method, arguments);
			case UNWATCHED -> callUnwatched(method, arguments);
			case GROUP -> group(method);
			case PLAIN -> callWatched(method, arguments);
			case COMMAND -> {
				spoil();
				yield callWatched(method, arguments);
			}
		};
	}

	private @Nullable Object callUnwatched(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		if (method.getName().equals("isClosed")) {
			return (this.reuse != null) ? !this.reuse.isOpen() : call(method, arguments);
		}
		spoil();
		return call(method, arguments);
	}

	private void spoil() {
		if (this.reuse != null) {
			this.reuse.spoil();
		}
	}

	private Object group(Method method) throws Throwable {
		Object kept = (this.reuse != null) ? this.reuse.group(method) : null;
		if (kept != null) {
			return kept;
		}
		Object group = proxy(method.getReturnType(), new WatchedCalls(Objects.requireNonNull(call(method, null)),
				this.state, ofConnection(), null, UNBOUNDED));
		return (this.reuse != null) ? this.reuse.keepGroup(method, group) : group;
	}

	private @Nullable Object callWatched(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		LinkState.Call call = (this.call != null) ? this.call.begin() : this.state.begin();
		try {
			return callInTime(method, arguments, call.since());
		}
		catch (Throwable ex) {
			spoil();
			this.state.failed(ex);
			throw ex;
		}
		finally {
			if (this.call != null) {
				call.pause();
			}
			else {
				this.state.end(call);
			}
		}
	}

	private WatchedCalls ofConnection() {
		return (this.connection != null) ? this.connection : this;
	}

	private @Nullable Object callInTime(Method method, @Nullable Object @Nullable [] arguments, long start)
			throws Throwable {
		WatchedCalls connection = ofConnection();
		long waited = connection.waitedNanos;
		if (waited == UNBOUNDED) {
			return callUntilServed(method, arguments, start, start);
		}
		try {
			return callUntilServed(method, arguments, start, start - waited);
		}
		finally {
			connection.waitedNanos = Math.max(waited, System.nanoTime() - start);
		}
	}

	/**
	 * A server that moves a slot, has just been promoted or demoted, or is away refuses
	 * commands or isn't connected. They were not executed, so they are repeated for
	 * almost as long as a command may take.
	 * @param start when the call began
	 * @param operationStart when the operation began, or would have begun if it had done
	 * nothing but wait
	 */
	private @Nullable Object callUntilServed(Method method, @Nullable Object @Nullable [] arguments, long start,
			long operationStart) throws Throwable {
		long patience = CallPatience.nanos(this.state.repetitionNanos());
		long pause = FIRST_PAUSE_MILLIS;
		boolean late = start - operationStart > IMMEDIATE_NANOS;
		while (true) {
			try {
				return late ? callBefore(operationStart + this.state.commandTimeout().toNanos(), method, arguments)
						: call(method, arguments);
			}
			catch (RuntimeException ex) {
				long elapsed = System.nanoTime() - operationStart + TimeUnit.MILLISECONDS.toNanos(pause);
				if (!this.state.mayRepeat(ex) || elapsed >= patience || this.state.isAbandoned()
						|| Thread.currentThread().isInterrupted()) {
					throw ex;
				}
			}
			// returns at once if the thread is interrupted
			LockSupport
				.parkNanos(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1)));
			pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
			late = true;
		}
	}

	private @Nullable Object callBefore(long end, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		Long outer = CallDeadline.replace(end);
		try {
			return call(method, arguments);
		}
		finally {
			CallDeadline.replace(outer);
		}
	}

	private @Nullable Object close(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			// the connections are closed already
			return this.state.isAbandoned() ? null : close(this.reuse, method, arguments);
		}
		finally {
			ofConnection().closed();
		}
	}

	private @Nullable Object close(@Nullable ReusedConnection<WatchedCalls> reuse, Method method,
			@Nullable Object @Nullable [] arguments) throws Throwable {
		if (reuse == null) {
			return call(method, arguments);
		}
		reuse.close();
		return null;
	}

	private void closed() {
		Runnable closed;
		synchronized (this) {
			closed = this.closed;
			this.closed = null;
		}
		if (closed != null) {
			closed.run();
		}
	}

	static boolean isGroup(Method method) {
		return CommandKind.of(method) == CommandKind.GROUP;
	}

	private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(this.target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getTargetException() instanceof RuntimeException failure) ? this.state.reasonOf(failure)
					: ex.getTargetException();
		}
	}

}
