package io.github.kvevents.core;

import io.github.kvevents.KvChange;

/**
 * What a write did.
 */
public enum KvSetResult {

	/**
	 * The key was absent and holds the value now.
	 */
	CREATED,

	/**
	 * The key held another value and holds the new one now.
	 */
	UPDATED,

	/**
	 * The key held the same value already, byte for byte. It was written all the same,
	 * with the time to live that was asked for.
	 */
	UNCHANGED,

	/**
	 * Nothing was written: the condition did not hold.
	 */
	NOT_APPLIED;

	static KvSetResult of(KvChange change) {
		return switch (change) {
			case CREATED -> CREATED;
			case UPDATED, REMOVED -> UPDATED;
			case UNCHANGED -> UNCHANGED;
		};
	}

}
