package io.github.kvevents.log;

import java.util.Map;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;

/**
 * The change log of the store: each change of a key by any instance of the fleet, in the
 * order in which the store applied the changes of a partition. There is one with
 * {@code kv.events.log.enabled=true}. Used by many threads at once.
 */
public interface KvChangeLog {

	/**
	 * Reads a page. Only this thread waits, with nothing held that others need; if it is
	 * interrupted while it waits for an event, or the application stops, it returns what
	 * it has, and keeps the flag. If it is interrupted while Redis answers, the read
	 * fails as any operation does then.
	 * @param request what to read
	 * @return the page, without events if there are none up to the end of the log, also
	 * after the timeout
	 * @throws PositionTrimmedException if entries from the start on were removed already
	 * @throws IllegalArgumentException if the start is in a partition that there isn't,
	 * or a position more than a day ahead of the log and the clock
	 * @throws org.springframework.dao.DataAccessException if the store fails
	 */
	KvChangePage read(ReadRequest request);

	/**
	 * Where the log ends now. Reading after these positions gives what comes from now on.
	 * @return for each partition the position of the last entry that was ever added;
	 * {@code 0-0} where there was none
	 * @throws org.springframework.dao.DataAccessException if the store fails
	 */
	Map<Integer, KvPosition> latest();

}
