package io.github.kvevents.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;

/**
 * Where reading the change log begins: at one of its ends, in all partitions, or at
 * positions, and then in their partitions only. Immutable.
 */
public final class StartPosition {

	private static final StartPosition EARLIEST = new StartPosition(End.EARLIEST, Map.of());

	private static final StartPosition LATEST = new StartPosition(End.LATEST, Map.of());

	private final @Nullable End end;

	private final Map<Integer, ReadPosition> positions;

	private StartPosition(@Nullable End end, Map<Integer, ReadPosition> positions) {
		this.end = end;
		this.positions = positions;
	}

	/**
	 * The first entry that is there, in each partition.
	 * @return the start
	 */
	public static StartPosition earliest() {
		return EARLIEST;
	}

	/**
	 * Behind the last entry that is there, in each partition.
	 * @return the start
	 */
	public static StartPosition latest() {
		return LATEST;
	}

	/**
	 * A position; an entry at this very position is the first one read.
	 * @param position the position, which need not be that of an entry
	 * @return a start in the partition of this position
	 */
	public static StartPosition at(KvPosition position) {
		return of(List.of(ReadPosition.at(requireNotNull(position))));
	}

	/**
	 * Behind a position.
	 * @param position the position, which need not be that of an entry
	 * @return a start in the partition of this position
	 */
	public static StartPosition after(KvPosition position) {
		return of(List.of(ReadPosition.after(requireNotNull(position))));
	}

	/**
	 * Behind a position in each of several partitions, for example where
	 * {@link KvChangeLog#latest()} says that the log ends.
	 * @param positions at least one, and no two of the same partition
	 * @return a start in the partitions of these positions
	 */
	public static StartPosition afterEach(Collection<KvPosition> positions) {
		Assert.notEmpty(positions, () -> "'positions' must not be empty but was " + positions);
		List<ReadPosition> starts = new ArrayList<>();
		for (KvPosition position : positions) {
			starts.add(ReadPosition.after(requireNotNull(position)));
		}
		return of(starts);
	}

	/**
	 * Where reading ended before, in each of several partitions.
	 * @param positions no two of the same partition
	 * @return a start in the partitions of these positions
	 */
	public static StartPosition of(Collection<ReadPosition> positions) {
		Map<Integer, ReadPosition> byPartition = new TreeMap<>();
		for (ReadPosition position : positions) {
			ReadPosition other = byPartition.put(position.position().partition(), position);
			Assert.isTrue(other == null, () -> "'positions' must be of different partitions but there were '"
					+ Objects.requireNonNull(other).position() + "' and '" + position.position() + "'");
		}
		return new StartPosition(null, byPartition);
	}

	private static KvPosition requireNotNull(@Nullable KvPosition position) {
		Assert.notNull(position, "'position' must not be null");
		return position;
	}

	/**
	 * The partitions that are read.
	 * @param count how many partitions the log has
	 * @return the partitions, in order
	 * @throws IllegalArgumentException if this is a position of a partition that the log
	 * doesn't have
	 */
	public List<Integer> partitions(int count) {
		List<Integer> partitions = new ArrayList<>();
		if (this.end != null) {
			for (int partition = 0; partition < count; partition++) {
				partitions.add(partition);
			}
			return partitions;
		}
		this.positions.forEach((partition, position) -> {
			Assert.isTrue(partition < count,
					() -> "'%s' is no position of this change log: it has %d partition(s), counted from 0"
						.formatted(position.position(), count));
			partitions.add(partition);
		});
		return partitions;
	}

	/**
	 * Whether this is the first entry that is there.
	 * @return whether it was made by {@link #earliest()}
	 */
	public boolean isEarliest() {
		return this.end == End.EARLIEST;
	}

	/**
	 * Whether this is the end of the log.
	 * @return whether it was made by {@link #latest()}
	 */
	public boolean isLatest() {
		return this.end == End.LATEST;
	}

	/**
	 * The position in a partition.
	 * @param partition one of {@link #partitions(int)}
	 * @return where to read
	 * @throws IllegalArgumentException if this is an end of the log, or has no position
	 * in that partition
	 */
	public ReadPosition in(int partition) {
		ReadPosition position = this.positions.get(partition);
		Assert.isTrue(position != null, () -> "'partition' " + partition + " has no position in '" + this + "'");
		return position;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof StartPosition start && this.end == start.end && this.positions.equals(start.positions);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.end, this.positions);
	}

	@Override
	public String toString() {
		return (this.end != null) ? this.end.name().toLowerCase(Locale.ROOT) : this.positions.values().toString();
	}

	private enum End {

		EARLIEST, LATEST

	}

}
