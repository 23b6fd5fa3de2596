package io.github.kvevents.listener;

/**
 * Where a listener begins that has no checkpoint yet. One that has goes on behind it.
 */
public enum StartAt {

	/** With the first change that the change log still has. */
	EARLIEST,

	/** With the first change after the listener was first started by any instance. */
	LATEST

}
