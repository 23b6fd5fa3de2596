package io.github.kvevents.redis;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;

import io.github.kvevents.support.CallDeadline;
import io.github.kvevents.support.CallPatience;
import io.github.kvevents.support.StoreFailure;

/**
 * Reports commands in flight and failures to a {@link LinkState}. A proxy of the
 * connection and of its groups of commands.
 */
final class WatchedCalls implements InvocationHandler {

	/** Methods that send nothing, or last as long as a subscription. */
	private static final Set<String> UNWATCHED = Set.of("isClosed", "subscribe", "pSubscribe", "getSubscription",
			"isSubscribed", "isQueueing", "isPipelined", "getNativeConnection");

	private static final long FIRST_PAUSE_MILLIS = 4;

	private static final long MAX_PAUSE_MILLIS = 100;

	/** Cached, since it is used for each command. */
	private static final Map<Method, Boolean> GROUPS = new ConcurrentHashMap<>();

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

	private WatchedCalls(Object target, LinkState state, @Nullable WatchedCalls connection, @Nullable Runnable closed,
			long waitedNanos) {
		this.target = target;
		this.state = state;
		this.connection = connection;
		this.closed = closed;
		this.waitedNanos = waitedNanos;
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

	private static Object proxy(Class<?> type, WatchedCalls calls) {
		return Proxy.newProxyInstance(WatchedCalls.class.getClassLoader(), new Class<?>[] { type }, calls);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		if (method.getDeclaringClass() == Object.class) {
			return (method.getName().equals("equals") && arguments != null) ? proxy == arguments[0]
					: method.invoke(this.target, arguments);
		}
		if (method.getName().equals("close")) {
			return close(method, arguments);
		}
		if (UNWATCHED.contains(method.getName())) {
			return call(method, arguments);
		}
		if (isGroup(method)) {
			return proxy(method.getReturnType(), new WatchedCalls(Objects.requireNonNull(call(method, arguments)),
					this.state, ofConnection(), null, UNBOUNDED));
		}
		LinkState.Call call = this.state.begin();
		try {
			return callInTime(method, arguments, call.since());
		}
		catch (Throwable ex) {
			this.state.failed(ex);
			throw ex;
		}
		finally {
			this.state.end(call);
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
			return this.state.isAbandoned() ? null : call(method, arguments);
		}
		finally {
			ofConnection().closed();
		}
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

	/**
	 * Whether a method returns a group of commands, {@code streamCommands()} for example.
	 */
	static boolean isGroup(Method method) {
		return GROUPS.computeIfAbsent(method, WatchedCalls::returnsCommands);
	}

	private static boolean returnsCommands(Method method) {
		return method.getReturnType().isInterface() && method.getParameterCount() == 0
				&& method.getName().toLowerCase(Locale.ROOT).endsWith("commands");
	}

	private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(this.target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
