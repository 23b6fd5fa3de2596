package io.github.kvevents.support;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.EntryTooLargeException;

/**
 * The kind of a store failure: a refusal, which lasts until its settings change, a
 * timeout, an outage, or something else. For our packages.
 */
public enum StoreFailure {

	/**
	 * The user lacks the permission, the store has no such command, or it takes no writes
	 * at present.
	 */
	REFUSED,

	/**
	 * The store refuses the connection: user name or password are wrong.
	 */
	LOCKED_OUT,

	/**
	 * The store did not answer in time.
	 */
	TIMEOUT,

	/**
	 * The store is not reachable.
	 */
	AWAY,

	/**
	 * The calling thread was interrupted.
	 */
	INTERRUPTED,

	/**
	 * Anything else.
	 */
	OTHER;

	/** Scripts have their own wording, with another error code in front. */
	private static final Pattern REFUSAL = Pattern
		.compile("^(?:ERR )?(?:NOPERM|NOAUTH|WRONGPASS|READONLY|NOREPLICAS|MISCONF)\\b"
				+ "|\\bACL failure in script\\b|^(?:ERR )?The user executing the script can't|\\bunknown (?:sub)?command\\b"
				+ "|\\binvalid (?:username-password pair|password)\\b|^ERR Client sent AUTH"
				+ "|\\b[Uu]nknown Redis command called from script\\b");

	/**
	 * Errors of a Redis Cluster about the slot of a key, or about the role of the node,
	 * and messages of Lettuce for a command that it could not send.
	 */
	private static final Pattern NOT_SERVED = Pattern
		.compile("^(?:TRYAGAIN|CLUSTERDOWN|MOVED|ASK|READONLY|LOADING|MASTERDOWN)\\b"
				+ "|Currently not connected|^Cannot determine a partition|^Unable to (?:connect|establish a connection)\\b"
				+ "|^Connection to .* not allowed");

	/** A replica takes no writes, and none that is to be executed in part. */
	private static final Pattern OF_REPLICA = Pattern.compile("^(?:ERR )?(?:READONLY|MASTERDOWN)\\b");

	private static final Pattern WITHOUT_REPLICAS = Pattern.compile("^(?:ERR )?NOREPLICAS\\b");

	/** Messages of Lettuce for a closed connection without reconnect. */
	private static final Set<String> ENDED = Set.of("Connection closed", "Connection is closed",
			"Connection disconnected");

	private static final Pattern COMMAND = Pattern
		.compile("(?:run the|unknown (?:sub)?command) ['`\"]([A-Za-z|_-]+)['`\"]");

	/**
	 * Classifies a failure.
	 * @param failure the failure
	 * @return its kind
	 */
	public static StoreFailure of(Throwable failure) {
		String reason = reason(failure);
		if (REFUSAL.matcher(reason).find()) {
			return (failure instanceof DataAccessResourceFailureException) ? LOCKED_OUT : REFUSED;
		}
		StoreFailure kind = OTHER;
		if (failure instanceof EntryTooLargeException) {
			// whatever its cause: the store answers everything else
			return kind;
		}
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InterruptedException) {
				return INTERRUPTED;
			}
			if (isTimeout(cause)) {
				kind = TIMEOUT;
			}
			else if (kind == OTHER && isAway(cause)) {
				kind = AWAY;
			}
		}
		return kind;
	}

	/**
	 * Whether a command was not executed, since no node served its keys at that moment.
	 * @param failure the failure
	 * @return whether to send it again soon
	 */
	public static boolean isNotServed(Throwable failure) {
		return isFound(NOT_SERVED, failure);
	}

	/**
	 * Whether a command was not executed, since the server is a replica.
	 * @param failure the failure
	 * @return whether the primary is another server
	 */
	public static boolean isOfReplica(Throwable failure) {
		return isFound(OF_REPLICA, failure);
	}

	/**
	 * Whether a write was not executed, since the primary has too few replicas.
	 * @param failure the failure
	 * @return whether another server may be the primary by now
	 */
	public static boolean isWithoutReplicas(Throwable failure) {
		return isFound(WITHOUT_REPLICAS, failure);
	}

	private static boolean isFound(Pattern message, Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (isFoundIn(message, cause)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isFoundIn(Pattern message, Throwable failure) {
		return failure.getMessage() != null && message.matcher(failure.getMessage()).find();
	}

	private static boolean isTimeout(Throwable failure) {
		return failure instanceof QueryTimeoutException || failure instanceof TimeoutException
				|| failure instanceof java.net.SocketTimeoutException;
	}

	private static boolean isAway(Throwable failure) {
		return isFoundIn(NOT_SERVED, failure) || failure instanceof DataAccessResourceFailureException
				|| failure instanceof java.io.IOException
				|| (failure.getMessage() != null && ENDED.contains(failure.getMessage()));
	}

	/**
	 * Whether the store is unusable, which the connection to it logs.
	 * @return whether it is slow, not reachable or refuses the connection
	 */
	public boolean isOutage() {
		return this == TIMEOUT || this == AWAY || this == LOCKED_OUT;
	}

	/**
	 * Whether settings have to be changed before it can work.
	 * @return whether the store refuses
	 */
	public boolean isRefusal() {
		return this == REFUSED || this == LOCKED_OUT;
	}

	/**
	 * The message of the store.
	 * @param failure the failure
	 * @return the message of the most specific cause, never {@code null}
	 */
	public static String reason(Throwable failure) {
		@Nullable String message = NestedExceptionUtils.getMostSpecificCause(failure).getMessage();
		return (message != null) ? message : failure.getClass().getName();
	}

	/**
	 * What an operator has to change after a refusal.
	 * @param failure the failure
	 * @return the message of the store and the missing permission or state, without a
	 * full stop
	 */
	public static String remedy(Throwable failure) {
		String reason = reason(failure);
		if (reason.contains("NOAUTH") || reason.contains("WRONGPASS") || reason.contains("password")) {
			return reason + " - set 'spring.data.redis.username' and 'spring.data.redis.password'";
		}
		if (reason.startsWith("READONLY") || reason.startsWith("MASTERDOWN")) {
			return reason + " - connect to the primary, or promote this server ('REPLICAOF NO ONE')";
		}
		if (reason.startsWith("NOREPLICAS")) {
			return reason + " - start its replicas, or lower its 'min-replicas-to-write'";
		}
		if (reason.startsWith("OOM")) {
			return reason + " - raise its 'maxmemory', or remove keys";
		}
		if (reason.startsWith("MISCONF")) {
			return reason + " - let it save again; its log says what keeps it from that";
		}
		Matcher command = COMMAND.matcher(reason);
		String missing = "the commands that kv-events needs";
		if (command.find()) {
			missing = "'+" + command.group(1).toLowerCase(Locale.ROOT) + "'";
		}
		else if (reason.contains("channel")) {
			missing = "the channel, such as '&__keyevent@0__:expired'";
		}
		else if (reason.contains("key")) {
			missing = "the keys '~kv-events:*' and those of the application";
		}
		return reason + " - grant the user " + missing + " (ACL SETUSER); the documentation has a user that suffices";
	}

}
