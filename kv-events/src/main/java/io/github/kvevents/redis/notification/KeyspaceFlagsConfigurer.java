package io.github.kvevents.redis.notification;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Checks {@code notify-keyspace-events} of the servers: warns about missing flags, or
 * adds them. Logs each state once until it changes. Confined to one thread; the results
 * may be read by any.
 */
final class KeyspaceFlagsConfigurer {

	private static final Log logger = LogFactory.getLog(ExpiryNotificationBridge.class);

	private final NotificationSource source;

	private final boolean configure;

	private volatile String missing = "";

	private volatile boolean refused;

	private @Nullable String lastSaid;

	KeyspaceFlagsConfigurer(NotificationSource source, boolean configure) {
		this.source = source;
		this.configure = configure;
	}

	String getMissing() {
		return this.missing;
	}

	boolean isRefused() {
		return this.refused;
	}

	/**
	 * Forgets that a server refused CONFIG: after a reconnect it may be another one, or
	 * have other permissions.
	 */
	void connectedAnew() {
		this.refused = false;
	}

	/**
	 * Checks the setting of each server. A server that refused is not asked again until
	 * the next connection, since each refusal is recorded in its ACL log.
	 * @throws RuntimeException if a server can't be reached
	 */
	void check() {
		if (this.refused) {
			return;
		}
		String missing = "";
		for (NotificationSource.ServerFlags server : this.source.servers()) {
			String missingHere = check(server);
			missing = missingHere.isEmpty() ? missing : missingHere;
		}
		this.missing = missing;
		if (missing.isEmpty() && !this.refused) {
			this.lastSaid = null;
		}
	}

	private String check(NotificationSource.ServerFlags server) {
		KeyspaceFlags flags;
		try {
			flags = server.read();
		}
		catch (RuntimeException ex) {
			refused(ex, null);
			return "";
		}
		if (flags.missing().isEmpty()) {
			return "";
		}
		return this.configure ? add(server, flags) : warn(flags);
	}

	private String add(NotificationSource.ServerFlags server, KeyspaceFlags flags) {
		try {
			server.write(flags.merged());
			logger.info("Added \"" + flags.missing() + "\" to the Redis server's notify-keyspace-events, which was \""
					+ flags.value() + "\"");
			return "";
		}
		catch (RuntimeException ex) {
			refused(ex, flags);
			return flags.missing();
		}
	}

	private String warn(KeyspaceFlags flags) {
		String warning = lacks(flags) + " With 'kv.events.expiry.notifications.mode=configure' the application "
				+ "sets it by itself; with 'kv.events.expiry.notifications.mode=off' it doesn't listen.";
		if (isNews(warning)) {
			logger.warn(warning);
		}
		return flags.missing();
	}

	private void refused(RuntimeException ex, @Nullable KeyspaceFlags flags) {
		String reason = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
		if (!isRefusal(ex, reason)) {
			throw ex;
		}
		this.refused = true;
		String text = (flags != null) ? lacks(flags)
				: "Whether its notify-keyspace-events has what expiry notifications need (\"Ex\") can't be checked.";
		if (isNews(text)) {
			String message = "The Redis server refuses CONFIG to this application (" + reason
					+ "); it listens all the same. " + text;
			if (this.configure) {
				logger.warn(message);
			}
			else {
				logger.info(message);
			}
		}
	}

	private static String lacks(KeyspaceFlags flags) {
		return "The Redis server's " + flags.describe() + ". " + flags.fix() + ".";
	}

	private boolean isNews(String text) {
		boolean news = !text.equals(this.lastSaid);
		this.lastSaid = text;
		return news;
	}

	/**
	 * Whether the server answered with a refusal: it has no such command, or the user
	 * lacks the permission. Hosted servers word this in many ways. A server that can't
	 * answer yet, such as {@code LOADING}, has another error code.
	 */
	private static boolean isRefusal(RuntimeException ex, @Nullable String reason) {
		boolean reached = !(ex instanceof DataAccessResourceFailureException);
		return reached && reason != null && (reason.startsWith("NOPERM") || reason.startsWith("ERR "));
	}

}
