package io.github.kvevents.hook;

/**
 * What happens when the queue of an asynchronous hook is full.
 */
public enum KvOverflow {

	/**
	 * The writer waits before its operation is sent, except where it is itself called
	 * from an asynchronous hook. Nothing is lost.
	 */
	BLOCK,

	/**
	 * The new event is dropped and counted.
	 */
	DROP_NEWEST,

	/**
	 * The event that waits longest is dropped and counted, to make room for the new one.
	 */
	DROP_OLDEST

}
