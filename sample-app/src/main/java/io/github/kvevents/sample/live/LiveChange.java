package io.github.kvevents.sample.live;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;

/**
 * A change as a browser receives it: no values.
 *
 * @param position the position in the change log, which no other change has
 * @param type the operation
 * @param change what it did to the key
 * @param key the key
 * @param occurredAt when
 * @param origin the instance that made or noticed the change
 * @param batch the batch that it belongs to, if any
 */
record LiveChange(String position, KvEventType type, KvChange change, String key, Instant occurredAt, String origin,
		@Nullable KvBatch batch) {

	static LiveChange of(KvEvent event) {
		return new LiveChange(String.valueOf(event.getPosition()), event.getType(), event.getChange(), event.getKey(),
				event.getOccurredAt(), event.getOrigin(), event.getBatch());
	}

}
