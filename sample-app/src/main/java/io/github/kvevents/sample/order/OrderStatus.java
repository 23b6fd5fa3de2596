package io.github.kvevents.sample.order;

/**
 * Where an order stands.
 */
public enum OrderStatus {

	/**
	 * Neither paid nor expired.
	 */
	PENDING,

	/**
	 * Paid in time: it never expires.
	 */
	PAID,

	/**
	 * Nobody paid in time.
	 */
	EXPIRED

}
