package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Delay;

/**
 * Where listeners keep what instances must agree on: the owner of each partition, its
 * checkpoint and its dead letters. Time is that of the store. Each operation is atomic.
 */
public interface ListenerStore {

	/**
	 * Says that an instance has a listener.
	 * @param lease for how long
	 * @return all instances that have it
	 */
	default Members join(String listener, String instance, Duration lease) {
		return join(listener, instance, lease, null, false);
	}

	/**
	 * Says so as above, and keeps the first partition as {@link #keep} does without a
	 * checkpoint: for both, one round trip is enough.
	 * @param held what this instance has of the first partition, {@code null} for nothing
	 * @param quiet whether this instance begins no event since it knows of a pause
	 */
	Members join(String listener, String instance, Duration lease, @Nullable Lease held, boolean quiet);

	/**
	 * Takes that back.
	 */
	void leave(String listener, String instance);

	/**
	 * Takes a partition that nobody has, or this instance itself.
	 * @param since since when the instance has the listener, as {@link #join} returned
	 * it: what was removed before doesn't matter to it
	 */
	Acquisition acquire(int partition, String listener, String instance, Duration lease, long since);

	/**
	 * Renews the lease of a partition and commits its progress.
	 * @param checkpoint the new checkpoint, {@code null} to leave it
	 * @param settled the positions of dead letters that the checkpoint has passed
	 */
	default Kept keep(Lease lease, Duration duration, @Nullable Checkpoint checkpoint, List<KvPosition> settled) {
		return keep(lease, duration, checkpoint, settled, false);
	}

	/**
	 * Keeps a partition as above, and says whether a pause is obeyed.
	 * @param quiet whether this instance begins no event since it knows of the pause
	 */
	Kept keep(Lease lease, Duration duration, @Nullable Checkpoint checkpoint, List<KvPosition> settled, boolean quiet);

	/**
	 * Gives a partition back, unless it is lost already.
	 */
	void release(Lease lease);

	/**
	 * Pauses a partition of a listener for all, or ends that.
	 * @return who has to obey the pause
	 */
	@Nullable Holder setPaused(int partition, String listener, boolean paused);

	/**
	 * Moves the checkpoint, whichever instance owns the partition, which is fenced off by
	 * that.
	 * @param forwardOnly whether to leave a checkpoint that is there already, and what is
	 * known of dead letters behind it; otherwise all is to be handled anew
	 * @return who has to obey, {@code null} also where it was left
	 */
	@Nullable Holder move(String listener, Checkpoint to, boolean forwardOnly);

	/**
	 * Forgets a partition of a listener.
	 * @param remember for how long others are to find out that it was removed, zero if
	 * there are no others
	 * @return who has to obey
	 */
	@Nullable Holder remove(int partition, String listener, Duration remember);

	/**
	 * Says that this instance begins no event any more under a lease that it lost.
	 */
	void obey(Lease lease);

	/**
	 * Whether an instance has obeyed an order: it begins no event that it must not begin.
	 */
	boolean hasObeyed(Holder holder);

	/**
	 * Adds an event to the dead letters, once.
	 */
	DeadLetterOutcome addDeadLetter(Lease lease, LoggedChange change, Failure failure);

	/**
	 * The status of a partition of a listener.
	 */
	PartitionStatus status(int partition, String listener);

	/**
	 * The oldest letters of a partition.
	 */
	default List<StoredLetter> letters(int partition, String listener, int limit) {
		return letters(partition, listener, null, limit);
	}

	/**
	 * The oldest letters of a partition behind another one. Fewer than the limit: there
	 * are no more.
	 * @param after the id of the letter, which may be gone; {@code null} for the first
	 * letters
	 */
	List<StoredLetter> letters(int partition, String listener, @Nullable String after, int limit);

	/**
	 * The ids of the oldest letters of a partition, without what they hold.
	 */
	default List<String> letterIds(int partition, String listener, int limit) {
		return letters(partition, listener, limit).stream().map(StoredLetter::id).toList();
	}

	/**
	 * Claims a letter: no other instance redrives it for a while.
	 * @return the letter, {@code null} if there is none or another instance redrives it
	 */
	@Nullable StoredLetter claim(int partition, String listener, String letter, String instance, Duration duration);

	/**
	 * Completes the redrive of a claimed letter: it is deleted, or added anew behind the
	 * others.
	 * @param failure why it failed again, {@code null} if it was handled
	 */
	void complete(int partition, String listener, StoredLetter letter, String instance, @Nullable Failure failure);

	/**
	 * Deletes a letter.
	 */
	boolean discard(int partition, String listener, String letter);

	/**
	 * Deletes several letters.
	 * @return how many of them were there
	 */
	long discardAll(int partition, String listener, List<String> letters);

	/**
	 * The earliest checkpoint of the listeners that were seen lately, those of other
	 * applications too.
	 * @param age listeners that were not seen for longer don't count
	 */
	@Nullable KvPosition oldestNeeded(int partition, Duration age);

	/**
	 * The instances that have a listener.
	 *
	 * @param ids their ids in a fixed order
	 * @param changesIn when the first of the others is gone unless it says so again,
	 * never if there are no others
	 * @param now the time of the store, in milliseconds
	 * @param removedAt when the listener was last removed, 0 if that isn't known
	 * @param paused whether its first partition is paused
	 * @param kept whether the first partition was kept, {@code null} if it was not to be
	 */
	record Members(List<String> ids, Delay changesIn, long now, long removedAt, boolean paused, @Nullable Kept kept) {
	}

	/**
	 * What came of taking a partition.
	 *
	 * @param outcome whether it was taken
	 * @param epoch the epoch of the lease
	 * @param freeIn when the lease of the other ends, never if no other has it
	 * @param paused whether it is paused
	 * @param checkpoint the checkpoint, {@code null} if there is none
	 * @param deadLettered positions behind the checkpoint of events that are dead letters
	 * already
	 */
	record Acquisition(Outcome outcome, long epoch, Delay freeIn, boolean paused, @Nullable Checkpoint checkpoint,
			Set<KvPosition> deadLettered) {

		public enum Outcome {

			ACQUIRED, TAKEN, REMOVED

		}

		public static Acquisition none(Outcome outcome, Delay freeIn) {
			return new Acquisition(outcome, 0, freeIn, false, null, Set.of());
		}

	}

	/**
	 * An instance that had a partition when an order was written. It may begin events
	 * until it knows of the order, or its lease ends.
	 *
	 * @param lease its lease
	 * @param order the order
	 * @param endsInMillis when the lease ends unless it is renewed
	 */
	record Holder(Lease lease, Order order, long endsInMillis) {
	}

	/**
	 * What is ordered for all instances.
	 */
	enum Order {

		PAUSE, MOVE, REMOVE

	}

	/**
	 * Whether a partition is still this instance's.
	 */
	enum Kept {

		HELD, PAUSED, LOST

	}

	/**
	 * What came of adding a dead letter.
	 */
	enum DeadLetterOutcome {

		ADDED, KNOWN, LOST

	}

	/**
	 * Why an event became a dead letter.
	 *
	 * @param attempts how often it was tried
	 * @param error the class of the last error
	 * @param message its message, empty if it had none
	 */
	record Failure(int attempts, String error, String message) {

		private static final int MAX_MESSAGE = 1000;

		static Failure of(int attempts, Throwable cause) {
			String message = Objects.requireNonNullElse(cause.getMessage(), "");
			return new Failure(attempts, cause.getClass().getName(),
					(message.length() > MAX_MESSAGE) ? message.substring(0, MAX_MESSAGE) + "…" : message);
		}

	}

	/**
	 * A dead letter.
	 *
	 * @param id its id in its partition
	 * @param failedAtMillis when it came there
	 */
	record StoredLetter(String id, LoggedChange change, Failure failure, long failedAtMillis) {
	}

	/**
	 * The status of a partition of a listener.
	 */
	record PartitionStatus(@Nullable String owner, long epoch, boolean paused, @Nullable Checkpoint checkpoint,
			long deadLetters) {
	}

}
