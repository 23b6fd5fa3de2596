package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;

/**
 * Where a reader of one partition is, what it knows of the log up to there, and by that
 * whether entries were removed that it has not read. Immutable.
 *
 * @param at where it resumes
 */
public record PartitionCursor(ReadPosition at) {

	/**
	 * What clocks may differ by, and a log may have lost of its end.
	 */
	private static final Duration AHEAD = Duration.ofDays(1);

	/**
	 * Refuses a position that no log of this store can have had. One that is less far
	 * past the end may have been lost with it.
	 * @param position what was asked for
	 * @param last where its partition ends
	 * @param now the time of the store
	 * @throws IllegalArgumentException if the position is more than a day ahead of both
	 * the end and the clock
	 */
	public static void requirePossible(KvPosition position, KvPosition last, long now) {
		long ahead = position.millis() - Math.max(last.millis(), now);
		Assert.isTrue(ahead <= AHEAD.toMillis(),
				() -> ("'position' must be one of the change log but was '%s', %d days ahead: partition %d ends at '%s'. "
						+ "For what is written from now on, begin at 'latest' (StartPosition.latest()), "
						+ "for everything that is there at 'earliest'")
					.formatted(position, TimeUnit.MILLISECONDS.toDays(ahead), last.partition(), last));
	}

	/**
	 * Behind a position. What was removed before the first entry doesn't count as
	 * missing.
	 */
	public static PartitionCursor after(KvPosition position, LogState state) {
		return new PartitionCursor(new ReadPosition(position, false, count(position, state)));
	}

	private static long count(KvPosition position, LogState state) {
		if (isInFront(position, state)) {
			return state.removed();
		}
		if (position.equals(state.last())) {
			return state.added();
		}
		return position.equals(state.first()) ? state.removed() + 1 : ReadPosition.UNKNOWN;
	}

	private static boolean isInFront(KvPosition position, LogState state) {
		return state.first() == null || position.compareTo(state.first()) < 0;
	}

	/**
	 * Behind everything that the log ever had.
	 */
	public static PartitionCursor end(LogState state) {
		return new PartitionCursor(new ReadPosition(state.last(), false, state.added()));
	}

	/**
	 * Where what was written from a time on begins.
	 * @param millis by the clock of the store
	 */
	public static PartitionCursor since(long millis, LogState state) {
		KvPosition from = new KvPosition(state.last().partition(), Math.max(0, millis), 0);
		return (state.last().compareTo(from) < 0) ? end(state) : new PartitionCursor(ReadPosition.at(from));
	}

	/**
	 * Where nothing is missing, whatever was removed before.
	 */
	public static PartitionCursor earliest(LogState state) {
		KvPosition first = state.first();
		return (first != null) ? new PartitionCursor(new ReadPosition(first, true, state.removed())) : end(state);
	}

	/**
	 * The earliest position, such that nothing is missing from there on, inclusively.
	 */
	public static KvPosition earliestPosition(LogState state) {
		KvPosition first = state.first();
		return (first != null) ? first : ChangeLogStore.next(state.last());
	}

	/**
	 * Where a start means in a partition.
	 * @param state asked for only where it matters
	 */
	public static PartitionCursor of(StartPosition start, int partition, Supplier<LogState> state) {
		if (start.isLatest()) {
			return end(state.get());
		}
		if (start.isEarliest()) {
			return earliest(state.get());
		}
		return new PartitionCursor(start.in(partition));
	}

	/**
	 * The position in a partition behind which a start reads.
	 * @throws PositionTrimmedException if entries from there on were removed already
	 */
	public static KvPosition resolve(StartPosition start, int partition, LogState state) {
		PartitionCursor cursor = of(start, partition, () -> state);
		if (cursor.isTrimmed(state)) {
			throw new PositionTrimmedException(cursor.position(), earliestPosition(state));
		}
		return cursor.behind();
	}

	public KvPosition position() {
		return this.at.position();
	}

	public boolean inclusive() {
		return this.at.inclusive();
	}

	/**
	 * The cursor behind entries that were read from here on.
	 * @param last the last of them
	 * @param entries how many
	 */
	public PartitionCursor next(KvPosition last, int entries) {
		return behind(last, entries);
	}

	/**
	 * The cursor behind an entry that was read before this one.
	 * @param position that of the entry
	 * @param entries how many were read behind it
	 */
	public PartitionCursor before(KvPosition position, long entries) {
		return behind(position, -entries);
	}

	/**
	 * This cursor, with the count of entries if the state of the log shows it. Once it is
	 * known, an entry that was read and is removed later isn't taken for one that is
	 * missing.
	 */
	public PartitionCursor counted(LogState state) {
		boolean unknown = this.at.count() < 0 && !inclusive() && position().compareTo(state.last()) <= 0;
		return (unknown && !isTrimmed(state)) ? after(position(), state) : this;
	}

	public boolean isCounted() {
		return this.at.count() >= 0;
	}

	private PartitionCursor behind(KvPosition position, long entries) {
		long count = (this.at.count() >= 0) ? this.at.count() + entries : ReadPosition.UNKNOWN;
		return new PartitionCursor(new ReadPosition(position, false, count));
	}

	/**
	 * Whether entries from here on were removed, or may have been where the count isn't
	 * known.
	 */
	public boolean isTrimmed(LogState state) {
		if (this.at.count() >= 0) {
			return state.removed() > this.at.count();
		}
		return inclusive() ? state.removed() > 0 && position().compareTo(earliestPosition(state)) < 0
				: state.isTrimmedAfter(position());
	}

	/**
	 * Whether the first entry of the log, if it has one, lies behind this cursor.
	 */
	public boolean isInFront(LogState state) {
		return isInFront(position(), state);
	}

	/**
	 * Whether this is another log than the one that was read: it took fewer entries, or
	 * has none of those that were read and were not removed.
	 * @param atLeast how many entries the log had taken up to here, at least
	 */
	public boolean isOfAnotherLog(LogState state, long atLeast) {
		return state.added() < atLeast || (isInFront(state) && state.removed() < atLeast);
	}

	/**
	 * Whether an entry that was read here was lost, given that it isn't there and nothing
	 * was removed behind it.
	 */
	public boolean isLost(LogState state) {
		if (this.at.count() >= 0) {
			return state.removed() != this.at.count();
		}
		// of a log from which nothing was ever removed, no entry can be gone
		return state.removed() == 0 || (state.first() != null && state.first().compareTo(position()) <= 0);
	}

	/**
	 * The position behind which to read.
	 */
	public KvPosition behind() {
		return inclusive() ? ChangeLogStore.before(position()) : position();
	}

}
