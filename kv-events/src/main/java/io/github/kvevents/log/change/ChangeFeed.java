package io.github.kvevents.log.change;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Waiter;

/**
 * The one reader that waits at the end of the change log, for all in this application
 * that receive changes live. It runs, with one thread and at most one connection, while
 * it has subscribers. For the packages of this library, not for applications.
 */
public interface ChangeFeed {

	/**
	 * Subscribes to what is read from now on. Nothing is sent on this thread: where the
	 * feed didn't run, it begins at the end that the log has when it first reaches the
	 * store, and then calls {@link Subscriber#onConnect()}.
	 * @param subscriber receives the changes
	 * @return the subscription, to be closed
	 */
	Subscription subscribe(Subscriber subscriber);

	/**
	 * Subscribes behind what the subscriber read from the log by itself: it receives each
	 * change behind these positions once and in order, those that the feed has read
	 * already before this returns.
	 * @param positions for each partition the cursor behind what it has read
	 * @param subscriber receives the changes
	 * @return the subscription, to be closed; {@code null} if it is too far behind: it
	 * has to read on by itself, up to the end, and then join
	 */
	@Nullable Subscription join(Map<Integer, PartitionCursor> positions, Subscriber subscriber);

	/**
	 * Up to where the log was read, and everything handed to the subscribers.
	 * @return the position in each partition, empty while the feed doesn't run or hasn't
	 * reached the store yet
	 */
	Map<Integer, KvPosition> cursor();

	/**
	 * Receives changes, called one after the other and under the feed's lock: it must be
	 * quick, never block, and not call the feed but to close its subscription. What it
	 * throws is logged.
	 */
	interface Subscriber {

		/**
		 * Changes were read.
		 * @param changes at least one, all of one partition, in their order
		 */
		void onChanges(List<LoggedChange> changes);

		/**
		 * Entries were read, changes or such as the store didn't write and nobody
		 * receives. Passes on the changes.
		 * @param read the entries, of one partition
		 */
		default void onRead(TailRead read) {
			if (!read.changes().isEmpty()) {
				onChanges(read.changes());
			}
		}

		/**
		 * Changes of a partition were missed: they were removed before they were read, or
		 * the store lost the end of the log, of which who joined may have read more than
		 * the feed had.
		 * @param partition the partition
		 * @param to the position behind which the feed reads on, which may be lower than
		 * where it was
		 */
		void onReset(int partition, KvPosition to);

		/**
		 * The feed looked where the log of a partition ends, and has missed nothing. It
		 * may have looked some time ago.
		 * @param last as in
		 * {@link io.github.kvevents.store.ChangeLogStore.LogState#last()}
		 */
		default void onCompare(KvPosition last) {
		}

		/**
		 * The feed reads, for the first time or again after a failure. Who reads the log
		 * by itself and only waits for a sign should look now.
		 */
		default void onConnect() {
		}

	}

	/**
	 * What a subscriber has.
	 */
	interface Subscription extends AutoCloseable {

		/**
		 * Ends the subscription; nothing is called once this has returned, unless it was
		 * called from within a call. May be called more than once.
		 */
		@Override
		void close();

	}

	/**
	 * Wakes who reads the log by itself whenever there may be something new.
	 *
	 * @param waiter woken then
	 */
	record WakeUpSubscriber(Waiter waiter) implements ChangeFeed.Subscriber {

		@Override
		public void onChanges(List<LoggedChange> changes) {
			this.waiter.wakeUp();
		}

		@Override
		public void onReset(int partition, KvPosition to) {
			this.waiter.wakeUp();
		}

		@Override
		public void onConnect() {
			this.waiter.wakeUp();
		}

	}

}
