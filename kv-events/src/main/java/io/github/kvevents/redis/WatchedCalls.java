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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;

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

	private final Object target;

	private final LinkState state;

	private final Runnable closed;

	private WatchedCalls(Object target, LinkState state, Runnable closed) {
		this.target = target;
		this.state = state;
		this.closed = closed;
	}

	/**
	 * Watches a connection.
	 * @param closed runs when it is closed for the first time
	 */
	static RedisConnection watch(RedisConnection connection, LinkState state, Runnable closed) {
		Class<? extends RedisConnection> type = (connection instanceof RedisClusterConnection)
				? RedisClusterConnection.class : RedisConnection.class;
		AtomicBoolean open = new AtomicBoolean(true);
		return type.cast(proxy(connection, type, state, () -> {
			if (open.compareAndSet(true, false)) {
				closed.run();
			}
		}));
	}

	private static Object proxy(Object target, Class<?> type, LinkState state, Runnable closed) {
		return Proxy.newProxyInstance(WatchedCalls.class.getClassLoader(), new Class<?>[] { type },
				new WatchedCalls(target, state, closed));
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
			return proxy(Objects.requireNonNull(call(method, arguments)), method.getReturnType(), this.state,
					this.closed);
		}
		LinkState.Call call = this.state.begin();
		try {
			return callUntilServed(method, arguments, call.since());
		}
		catch (Throwable ex) {
			this.state.failed(ex);
			throw ex;
		}
		finally {
			this.state.end(call);
		}
	}

	/**
	 * A server that moves a slot, has just been promoted or demoted, or is away refuses
	 * commands or isn't connected. They were not executed, so they are repeated for
	 * almost as long as a command may take.
	 */
	private @Nullable Object callUntilServed(Method method, @Nullable Object @Nullable [] arguments, long start)
			throws Throwable {
		long patience = CallPatience.nanos(this.state.repetitionNanos());
		long pause = FIRST_PAUSE_MILLIS;
		while (true) {
			try {
				return call(method, arguments);
			}
			catch (RuntimeException ex) {
				long elapsed = System.nanoTime() - start + TimeUnit.MILLISECONDS.toNanos(pause);
				if (!this.state.mayRepeat(ex) || elapsed >= patience || this.state.isAbandoned()
						|| Thread.currentThread().isInterrupted()) {
					throw ex;
				}
			}
			// returns at once if the thread is interrupted
			LockSupport
				.parkNanos(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1)));
			pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
		}
	}

	private @Nullable Object close(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			// the connections are closed already
			return this.state.isAbandoned() ? null : call(method, arguments);
		}
		finally {
			this.closed.run();
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
