package io.github.kvevents.watch;

import java.time.Clock;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.change.LoggedEvents;
import io.github.kvevents.store.LoggedChange;

/**
 * Makes the events that only watches see.
 *
 * @param source what publishes them
 * @param codec decodes the values
 * @param origin the id of this instance
 * @param clock dates what is replayed
 */
record EventMaker(Object source, KvCodec codec, String origin, Clock clock) {

	EventMaker {
		Assert.notNull(codec, "'codec' must not be null");
		Assert.hasText(origin, "'origin' must not be empty");
		Assert.notNull(clock, "'clock' must not be null");
	}

	/**
	 * The event of a key that exists.
	 * @param position behind which its changes are, {@code null} without a change log
	 */
	KvEvent existing(String key, byte[] value, @Nullable KvPosition position) {
		return KvEventBuilder.forKey(this.source, key, this.codec)
			.origin(this.origin)
			.occurredAt(this.clock.instant())
			.value(value)
			.position(position)
			.set(KvEventType.SET);
	}

	KvEvent logged(LoggedChange change) {
		return LoggedEvents.toEvent(this.source, change, this.codec);
	}

}
