package io.github.kvevents.expiry;

/**
 * Figures about tracked expiries, without keys.
 */
public interface ExpiryMonitor {

	/**
	 * The id of this instance, which identifies it in the figures.
	 * @return always the same
	 */
	String instanceId();

	/**
	 * The activity of this instance. Sends nothing.
	 * @return a snapshot
	 */
	TrackingActivity getActivity();

	/**
	 * Whether this instance keeps the last values of tracked keys.
	 * @return always the same, by default {@link LastValueMode#ALWAYS}
	 */
	default LastValueMode lastValue() {
		return LastValueMode.ALWAYS;
	}

	/**
	 * The pending deadlines and expiries of the whole fleet. Asks the server, if there is
	 * one, in a few round trips.
	 * @return the current figures
	 * @throws org.springframework.dao.DataAccessException as for an operation
	 */
	TrackingStatus getStatus();

}
