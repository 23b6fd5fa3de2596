package io.github.kvevents.listener;

import java.time.Instant;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;

/**
 * An event that a listener could not handle.
 *
 * @param id identifies the letter among those of its listener
 * @param event the event as it was, its values still encoded
 * @param position its position in the change log
 * @param attempts how often it was tried
 * @param error the name of the last error's class
 * @param message the last error's message, shortened, empty if it had none; it may hold a
 * value of the user's
 * @param failedAt when it became a dead letter or failed again, by the store's clock
 */
public record KvDeadLetter(String id, KvEvent event, KvPosition position, int attempts, String error, String message,
		Instant failedAt) {

	/**
	 * Without the message.
	 */
	@Override
	public String toString() {
		return "KvDeadLetter[id=" + this.id + ", position=" + this.position + ", attempts=" + this.attempts + ", error="
				+ this.error + ", failedAt=" + this.failedAt + "]";
	}

}
