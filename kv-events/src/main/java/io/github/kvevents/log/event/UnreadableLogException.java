package io.github.kvevents.log.event;

import io.github.kvevents.EntryTooLargeException;

/**
 * One of several event logs can't be read on, the others can.
 */
public final class UnreadableLogException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String log;

	private final EntryTooLargeException reason;

	public UnreadableLogException(String log, EntryTooLargeException reason) {
		super(reason);
		this.log = log;
		this.reason = reason;
	}

	public String getLog() {
		return this.log;
	}

	public EntryTooLargeException getReason() {
		return this.reason;
	}

}
