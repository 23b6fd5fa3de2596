package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvBatch;

/**
 * The removal of one key among many.
 *
 * @param key the key
 * @param batch the batch that the removal is part of, {@code null} for none, for the
 * change log
 */
public record StoreDelete(String key, @Nullable KvBatch batch) {

	/**
	 * A removal that is part of no batch.
	 * @param key the key
	 */
	public StoreDelete(String key) {
		this(key, null);
	}

}
