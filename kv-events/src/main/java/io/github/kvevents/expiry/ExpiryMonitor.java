package io.github.kvevents.expiry;

/**
 * What can be seen of tracked expiries, as figures and without any key.
 */
public interface ExpiryMonitor {

	/**
	 * The id of this instance, by which it is named in the figures.
	 * @return always the same
	 */
	String instanceId();

	/**
	 * What this instance does and did. Asks no server.
	 * @return a snapshot
	 */
	TrackingActivity getActivity();

	/**
	 * What is still to expire and to be delivered, in the whole fleet. Asks the server
	 * where there is one, in two or a few round trips.
	 * @return figures of this moment
	 * @throws org.springframework.dao.DataAccessException as an operation does
	 */
	TrackingStatus getStatus();

}
