package io.github.kvevents.expiry;

/**
 * What this instance does and did about tracked expiries.
 *
 * @param mode which keys it tracks
 * @param state what it is doing
 * @param delivered how many expiries it told its hooks of since it was created
 * @param redelivered how many of them had been given to an instance before
 * @param trimmed how many it gave up because too many waited for hooks
 * @param unreceived how many it acknowledged that no hook of a live instance selected,
 * after they had waited for one
 */
public record TrackingActivity(TrackingMode mode, State state, long delivered, long redelivered, long trimmed,
		long unreceived) {

	/**
	 * What an instance does that acknowledged nothing unreceived.
	 * @param mode which keys it tracks
	 * @param state what it is doing
	 * @param delivered how many expiries it delivered
	 * @param redelivered how many of them had been given to an instance before
	 * @param trimmed how many it gave up
	 */
	public TrackingActivity(TrackingMode mode, State state, long delivered, long redelivered, long trimmed) {
		this(mode, state, delivered, redelivered, trimmed, 0);
	}

	/**
	 * What an instance is doing.
	 */
	public enum State {

		/**
		 * Not started, stopped, or switched off.
		 */
		OFF,

		/**
		 * Nothing in this instance would hear of an expiry: it neither tracks nor sweeps.
		 */
		IDLE,

		/**
		 * Keys are tracked, and those that expire are looked for.
		 */
		TRACKING

	}

}
