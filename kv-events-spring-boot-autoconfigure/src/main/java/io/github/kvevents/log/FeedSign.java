package io.github.kvevents.log;

import java.util.List;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Alarm;

/**
 * Wakes who reads the log by itself whenever there may be something new.
 *
 * @param alarm rings then
 */
record FeedSign(Alarm alarm) implements ChangeFeed.Subscriber {

	@Override
	public void onChanges(List<LoggedChange> changes) {
		this.alarm.ringIn(0);
	}

	@Override
	public void onReset(int partition, KvPosition to) {
		this.alarm.ringIn(0);
	}

	@Override
	public void onConnect() {
		this.alarm.ringIn(0);
	}

}
