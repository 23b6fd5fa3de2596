package io.github.kvevents.redis.driver;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a method of a connection, or of a group of its commands, does.
 */
public enum CommandKind {

	/** A method of each object. */
	OBJECT,

	/** Closes the connection. */
	CLOSE,

	/** Sends nothing, or lasts as long as a subscription. */
	UNWATCHED,

	/** Returns a group of commands, {@code streamCommands()} for example. */
	GROUP,

	/**
	 * A command that leaves nothing behind in the connection: neither a connection of the
	 * driver that it has for itself, as one that blocks, nor a mode or a cursor.
	 */
	PLAIN,

	/** Any other command. */
	COMMAND;

	private static final Set<String> UNWATCHED_METHODS = Set.of("isClosed", "subscribe", "pSubscribe",
			"getSubscription", "isSubscribed", "isQueueing", "isPipelined", "getNativeConnection");

	private static final Set<String> PLAIN_METHODS = Set.of("get", "getDel", "mGet", "set", "setGet", "eval", "evalSha",
			"exists", "pTtl", "pExpire", "persist");

	/** Cached, since it is asked for each command. */
	private static final Map<Method, CommandKind> KINDS = new ConcurrentHashMap<>();

	/**
	 * The kind of a method.
	 * @param method the method
	 * @return its kind
	 */
	public static CommandKind of(Method method) {
		CommandKind kind = KINDS.get(method);
		return (kind != null) ? kind : KINDS.computeIfAbsent(method, CommandKind::find);
	}

	private static CommandKind find(Method method) {
		if (method.getDeclaringClass() == Object.class) {
			return OBJECT;
		}
		if (method.getName().equals("close")) {
			return CLOSE;
		}
		if (UNWATCHED_METHODS.contains(method.getName())) {
			return UNWATCHED;
		}
		if (returnsCommands(method)) {
			return GROUP;
		}
		return PLAIN_METHODS.contains(method.getName()) ? PLAIN : COMMAND;
	}

	private static boolean returnsCommands(Method method) {
		return method.getReturnType().isInterface() && method.getParameterCount() == 0
				&& method.getName().toLowerCase(Locale.ROOT).endsWith("commands");
	}

}
