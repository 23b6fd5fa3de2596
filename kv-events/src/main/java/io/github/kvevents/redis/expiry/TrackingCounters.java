package io.github.kvevents.redis.expiry;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the expiries of this instance since it was created.
 */
final class TrackingCounters {

	private final LongAdder delivered = new LongAdder();

	private final LongAdder redelivered = new LongAdder();

	private final LongAdder givenUp = new LongAdder();

	private final LongAdder unreceived = new LongAdder();

	void delivered() {
		this.delivered.increment();
	}

	void redelivered() {
		this.redelivered.increment();
	}

	void unreceived(long count) {
		this.unreceived.add(count);
	}

	void givenUp(long count) {
		this.givenUp.add(count);
	}

	long getDelivered() {
		return this.delivered.sum();
	}

	long getRedelivered() {
		return this.redelivered.sum();
	}

	long getUnreceived() {
		return this.unreceived.sum();
	}

	long getGivenUp() {
		return this.givenUp.sum();
	}

}
