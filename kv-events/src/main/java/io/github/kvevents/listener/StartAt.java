package io.github.kvevents.listener;

/**
 * Where a listener begins that has no checkpoint yet. One that has resumes from it.
 */
public enum StartAt {

	/** With the first change that the change log still has. */
	EARLIEST,

	/**
	 * With the first change after the listener was first started by any instance. The
	 * start of the application, or a later registration, returns when that position is
	 * settled; for a store that doesn't answer it waits no longer than two seconds, and
	 * the listener begins behind the changes that are there when it does.
	 */
	LATEST

}
