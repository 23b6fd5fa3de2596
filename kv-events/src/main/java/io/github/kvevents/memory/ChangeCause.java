package io.github.kvevents.memory;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.StoreWrite;

/**
 * The operation that changes a key, for the change log.
 *
 * @param type the type of its event
 * @param batch the batch that it is part of, {@code null} for none
 */
record ChangeCause(KvEventType type, @Nullable KvBatch batch) {

	static final ChangeCause SET = new ChangeCause(KvEventType.SET, null);

	static final ChangeCause DELETE = new ChangeCause(KvEventType.DELETE, null);

	static ChangeCause of(StoreWrite write) {
		return new ChangeCause(write.type(), write.batch());
	}

	static ChangeCause of(StoreDelete delete) {
		return new ChangeCause((delete.batch() != null) ? KvEventType.BATCH_DELETE : KvEventType.DELETE,
				delete.batch());
	}

}
