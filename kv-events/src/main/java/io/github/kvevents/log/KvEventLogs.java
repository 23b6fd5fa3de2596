package io.github.kvevents.log;

/**
 * The event logs of an application: ordered lists of entries in the store, one for each
 * name, that any instance adds to, reads and follows. Used by many threads at once.
 */
public interface KvEventLogs {

	/**
	 * A log by its name. Nothing is sent: the log comes into being with its first entry.
	 * @param name the name, which every instance of the same namespace shares
	 * @param options how much the log keeps; every user of a log should give the same
	 * @return the log, which needs no closing
	 * @throws IllegalArgumentException if the name is empty or no text that UTF-8 can
	 * express
	 */
	KvEventLog open(String name, EventLogOptions options);

}
