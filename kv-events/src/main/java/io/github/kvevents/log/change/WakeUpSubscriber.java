package io.github.kvevents.log.change;

import java.util.List;
import java.util.function.Predicate;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Waiter;

/**
 * Wakes who reads the log by itself whenever there may be something new.
 *
 * @param waiter woken then
 * @param read whether a partition was read up to its end: if not, what was missed is to
 * be found out
 */
record WakeUpSubscriber(Waiter waiter, Predicate<KvPosition> read) implements ChangeFeed.Subscriber {

	@Override
	public void onChanges(List<LoggedChange> changes) {
		this.waiter.wakeUp();
	}

	@Override
	public void onReset(int partition, KvPosition to) {
		this.waiter.wakeUp();
	}

	@Override
	public void onCompare(KvPosition last) {
		if (!this.read.test(last)) {
			this.waiter.wakeUp();
		}
	}

	@Override
	public void onConnect() {
		this.waiter.wakeUp();
	}

}
