package io.github.kvevents.log.change;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Waiter;

/**
 * Which partitions may have something to read, for who reads the log by himself. A
 * partition whose node is away is left out until the feed can read it: an attempt lasts
 * as long as a command may take, and would delay the others. For any thread.
 */
final class PartitionSignals implements ChangeFeed.Subscriber {

	private final ChangeLogStore store;

	private final Waiter waiter;

	private final Predicate<KvPosition> read;

	private final Set<Integer> signalled = ConcurrentHashMap.newKeySet();

	private final Set<Integer> away = ConcurrentHashMap.newKeySet();

	/**
	 * Creates signals for all partitions.
	 * @param waiter woken by the feed
	 * @param read whether a partition was read up to its end
	 */
	PartitionSignals(ChangeLogStore store, Waiter waiter, Predicate<KvPosition> read) {
		this.store = store;
		this.waiter = waiter;
		this.read = read;
		addAll();
	}

	private void addAll() {
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			this.signalled.add(partition);
		}
	}

	/**
	 * Signals all partitions if there is no signal, since the feed may be unable to.
	 */
	void addAllIfNone() {
		if (this.signalled.isEmpty()) {
			addAll();
			this.signalled.removeAll(this.away);
		}
	}

	void add(int partition) {
		this.signalled.add(partition);
	}

	/**
	 * Takes the signal of a partition.
	 * @return whether there was one
	 */
	boolean take(int partition) {
		return this.signalled.remove(partition);
	}

	/**
	 * A partition that was signalled can't be read.
	 */
	void failed(int partition) {
		if (this.store.isDistributed()) {
			this.away.add(partition);
		}
		else {
			this.signalled.add(partition);
		}
	}

	void succeeded(int partition) {
		this.away.remove(partition);
	}

	private void signal(int partition) {
		this.signalled.add(partition);
		this.waiter.wakeUp();
	}

	@Override
	public void onChanges(List<LoggedChange> changes) {
		signal(changes.get(0).position().partition());
	}

	@Override
	public void onReset(int partition, KvPosition to) {
		signal(partition);
	}

	@Override
	public void onCompare(KvPosition last) {
		if (!this.read.test(last)) {
			signal(last.partition());
		}
	}

	@Override
	public void onConnect() {
		addAll();
		this.waiter.wakeUp();
	}

}
