package io.github.kvevents;

/**
 * The operation that an event reports.
 */
public enum KvEventType {

	/**
	 * One key was set to a value that the codec encoded.
	 */
	SET,

	/**
	 * One key was set to bytes that the caller encoded.
	 */
	SET_RAW,

	/**
	 * One key was deleted.
	 */
	DELETE,

	/**
	 * A key was set as part of a batch.
	 */
	BATCH_SET,

	/**
	 * A key was deleted as part of a batch.
	 */
	BATCH_DELETE,

	/**
	 * A key's time to live ended.
	 */
	EXPIRED

}
