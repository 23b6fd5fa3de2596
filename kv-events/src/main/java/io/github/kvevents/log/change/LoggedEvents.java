package io.github.kvevents.log.change;

import java.time.Duration;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.store.LoggedChange;

/**
 * Makes the events of log entries: the same as hooks get, with the position. For the
 * packages of this library, not for applications.
 */
public final class LoggedEvents {

	private LoggedEvents() {
	}

	/**
	 * The event of an entry. Nothing is decoded yet.
	 * @param source the object that publishes it
	 * @param change the entry
	 * @param codec decodes the values when they are asked for
	 * @return the event
	 */
	public static KvEvent toEvent(Object source, LoggedChange change, KvCodec codec) {
		KvEventBuilder builder = KvEventBuilder.forKey(source, change.key(), codec)
			.value(change.value())
			.previousValue(change.previousValue())
			.occurredAt(change.occurredAt())
			.origin(change.origin())
			.batch(change.batch())
			.position(change.position())
			.headers(change.headers());
		return switch (change.type()) {
			case SET, SET_RAW, BATCH_SET -> builder.set(change.type());
			case DELETE, BATCH_DELETE -> builder.delete(change.type());
			case EXPIRED -> builder.expired(change.occurredAt(), lateness(change));
		};
	}

	/**
	 * What an entry did to its key, without making the event.
	 * @param change the entry
	 * @return the change
	 */
	public static KvChange changeOf(LoggedChange change) {
		return KvChange.of(change.previousValue(), change.value());
	}

	private static Duration lateness(LoggedChange change) {
		Duration lateness = Duration.between(change.occurredAt(), change.detectedAt());
		return lateness.isNegative() ? Duration.ZERO : lateness;
	}

}
