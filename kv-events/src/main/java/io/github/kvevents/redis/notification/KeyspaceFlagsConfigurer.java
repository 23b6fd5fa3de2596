package io.github.kvevents.redis.notification;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Looks after the {@code notify-keyspace-events} of the servers: warns of what is missing
 * there, or adds it. Says a thing once until it changes. Used by one thread; the results
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
	 * Forgets that a server refused: it may be another one now, or have other rights.
	 */
	void connectedAnew() {
		this.refused = false;
	}

	/**
	 * Looks at the setting of each server. One that refused is left in peace until the
	 * next connection, since each refusal leaves a trace in the server's security log.
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
				: "Whether its notify-keyspace-events has what expiry notifications need (\"Ex\") can't be told.";
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
		return "The Redis server's notify-keyspace-events is \"" + flags.value() + "\" and lacks \"" + flags.missing()
				+ "\": keys that others gave a time to live expire without an event. Set it with 'CONFIG SET "
				+ "notify-keyspace-events " + flags.merged() + "' or with the line 'notify-keyspace-events "
				+ flags.merged() + "' in redis.conf.";
	}

	private boolean isNews(String text) {
		boolean news = !text.equals(this.lastSaid);
		this.lastSaid = text;
		return news;
	}

	/**
	 * Whether the server was reached and said no: it has no such command, or doesn't let
	 * this user run it. Hosted servers word it in many ways. What says that it can't
	 * answer yet, such as {@code LOADING}, has another code in front.
	 */
	private static boolean isRefusal(RuntimeException ex, @Nullable String reason) {
		boolean reached = !(ex instanceof DataAccessResourceFailureException);
		return reached && reason != null && (reason.startsWith("NOPERM") || reason.startsWith("ERR "));
	}

}
