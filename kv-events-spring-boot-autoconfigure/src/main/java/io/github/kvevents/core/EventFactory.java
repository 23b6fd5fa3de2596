package io.github.kvevents.core;

import java.time.Clock;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;

/**
 * Makes the events of operations that were applied just now.
 */
final class EventFactory {

	private final Object source;

	private final KvCodec codec;

	private final String origin;

	private final Clock clock;

	EventFactory(Object source, KvCodec codec, String origin, Clock clock) {
		this.source = source;
		this.codec = codec;
		this.origin = origin;
		this.clock = clock;
	}

	KvEvent written(KvEventType type, String key, byte @Nullable [] previousValue, byte[] value,
			@Nullable KvBatch batch) {
		return event(key, previousValue, batch).value(value).set(type);
	}

	KvEvent deleted(KvEventType type, String key, byte[] lastValue, @Nullable KvBatch batch) {
		return event(key, lastValue, batch).delete(type);
	}

	private KvEventBuilder event(String key, byte @Nullable [] previousValue, @Nullable KvBatch batch) {
		return KvEventBuilder.forKey(this.source, key, this.codec)
			.origin(this.origin)
			.occurredAt(this.clock.instant())
			.previousValue(previousValue)
			.batch(batch);
	}

}
