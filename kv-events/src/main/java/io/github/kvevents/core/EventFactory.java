package io.github.kvevents.core;

import java.time.Clock;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

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

	KvEvent written(StoreWrite write, StoreOutcome outcome, KvHeaders headers) {
		return event(write.key(), write.batch(), outcome, headers).value(write.value()).set(write.type());
	}

	KvEvent deleted(KvEventType type, StoreDelete delete, StoreOutcome outcome, KvHeaders headers) {
		return event(delete.key(), delete.batch(), outcome, headers).delete(type);
	}

	private KvEventBuilder event(String key, @Nullable KvBatch batch, StoreOutcome outcome, KvHeaders headers) {
		return KvEventBuilder.forKey(this.source, key, this.codec)
			.origin(this.origin)
			.occurredAt(this.clock.instant())
			.previousValue(outcome.previousValue())
			.position(outcome.position())
			.batch(batch)
			.headers(headers);
	}

}
