package io.github.kvevents.redis.notification;

/**
 * The value of a server's {@code notify-keyspace-events}. {@code E} makes it publish to
 * the channels by event, {@code x} makes it publish expiries; {@code A} stands for all
 * kinds of events and so for {@code x}, but not for {@code E}.
 *
 * @param value the flags that are set
 */
public record KeyspaceFlags(String value) {

	/** The name of the setting. */
	public static final String SETTING = "notify-keyspace-events";

	/**
	 * The flags that are missing for notifications of expiries.
	 * @return the flags, empty if none is missing
	 */
	public String missing() {
		StringBuilder missing = new StringBuilder(2);
		if (!has('E')) {
			missing.append('E');
		}
		if (!has('x') && !has('A')) {
			missing.append('x');
		}
		return missing.toString();
	}

	/**
	 * The value with the missing flags added.
	 * @return the flags to set
	 */
	String merged() {
		return this.value + missing();
	}

	/**
	 * What is wrong.
	 * @return the setting, what it lacks and what that means
	 */
	public String describe() {
		return SETTING + " is \"" + this.value + "\" and lacks \"" + missing()
				+ "\": keys that others gave a time to live expire without an event";
	}

	/**
	 * What to do about it.
	 * @return the command and the line in the configuration
	 */
	public String fix() {
		return "Set it with 'CONFIG SET " + SETTING + " " + merged() + "' or with the line '" + SETTING + " " + merged()
				+ "' in redis.conf";
	}

	private boolean has(char flag) {
		return this.value.indexOf(flag) >= 0;
	}

}
