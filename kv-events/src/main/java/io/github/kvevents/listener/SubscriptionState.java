package io.github.kvevents.listener;

/**
 * What a listener does in this instance.
 */
public enum SubscriptionState {

	/** Nothing yet: it isn't started, or other instances have all partitions. */
	IDLE,

	/** It has partitions and handles their events. */
	RUNNING,

	/** It is paused in the whole fleet. */
	PAUSED,

	/** It finishes what it handles and begins nothing new. */
	STOPPING,

	/** It is closed or removed, or the application context is stopped or paused. */
	STOPPED

}
