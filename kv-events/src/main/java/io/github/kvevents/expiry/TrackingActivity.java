package io.github.kvevents.expiry;

/**
 * The activity of this instance for tracked expiries.
 *
 * @param mode which keys it tracks
 * @param state its state
 * @param delivered how many expiries it delivered since it was created
 * @param redelivered how many of them were redelivered
 * @param trimmed how many it dropped because too many waited for hooks
 * @param unreceived how many it acknowledged after a wait because no hook of a live
 * instance selects them
 */
public record TrackingActivity(TrackingMode mode, State state, long delivered, long redelivered, long trimmed,
		long unreceived) {

	/**
	 * The activity of an instance without unreceived expiries.
	 * @param mode which keys it tracks
	 * @param state its state
	 * @param delivered how many expiries it delivered
	 * @param redelivered how many of them were redelivered
	 * @param trimmed how many it dropped
	 */
	public TrackingActivity(TrackingMode mode, State state, long delivered, long redelivered, long trimmed) {
		this(mode, state, delivered, redelivered, trimmed, 0);
	}

	/**
	 * The state of an instance.
	 */
	public enum State {

		/**
		 * Not started, stopped, or switched off.
		 */
		OFF,

		/**
		 * This instance has no receivers of expiries: it neither tracks nor sweeps.
		 */
		IDLE,

		/**
		 * Keys are tracked and swept.
		 */
		TRACKING

	}

}
