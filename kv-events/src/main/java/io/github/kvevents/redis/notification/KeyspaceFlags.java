package io.github.kvevents.redis.notification;

/**
 * The value of the server's {@code notify-keyspace-events}. {@code E} makes it publish to
 * the channels by event, {@code x} makes it publish expiries; {@code A} stands for all
 * kinds of events and so for {@code x}, but not for {@code E}.
 */
record KeyspaceFlags(String value) {

	/**
	 * The flags that are missing for notifications of expiries.
	 */
	String missing() {
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
	 */
	String merged() {
		return this.value + missing();
	}

	private boolean has(char flag) {
		return this.value.indexOf(flag) >= 0;
	}

}
