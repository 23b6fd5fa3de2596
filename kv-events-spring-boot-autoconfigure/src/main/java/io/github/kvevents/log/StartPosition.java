package io.github.kvevents.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.store.LogState;

/**
 * Where reading the change log begins: at one of its ends, in all partitions, or at
 * positions, and then in their partitions only. Immutable.
 */
public final class StartPosition {

	private static final StartPosition EARLIEST = new StartPosition(End.EARLIEST, Map.of());

	private static final StartPosition LATEST = new StartPosition(End.LATEST, Map.of());

	private final @Nullable End end;

	private final Map<Integer, Place> places;

	private StartPosition(@Nullable End end, Map<Integer, Place> places) {
		this.end = end;
		this.places = places;
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
		return places(List.of(Place.at(requireNotNull(position))));
	}

	/**
	 * Behind a position.
	 * @param position the position, which need not be that of an entry
	 * @return a start in the partition of this position
	 */
	public static StartPosition after(KvPosition position) {
		return places(List.of(Place.after(requireNotNull(position))));
	}

	/**
	 * Behind a position in each of several partitions, for example where
	 * {@link KvChangeLog#latest()} says that the log ends.
	 * @param positions at least one, and no two of the same partition
	 * @return a start in the partitions of these positions
	 */
	public static StartPosition afterEach(Collection<KvPosition> positions) {
		Assert.notEmpty(positions, () -> "'positions' must not be empty but was " + positions);
		List<Place> places = new ArrayList<>();
		for (KvPosition position : positions) {
			places.add(Place.after(requireNotNull(position)));
		}
		return places(places);
	}

	static StartPosition places(Collection<Place> places) {
		Map<Integer, Place> byPartition = new TreeMap<>();
		for (Place place : places) {
			Place other = byPartition.put(place.position().partition(), place);
			Assert.isTrue(other == null, () -> "'positions' must be of different partitions but there were '"
					+ Objects.requireNonNull(other).position() + "' and '" + place.position() + "'");
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
		this.places.forEach((partition, place) -> {
			Assert.isTrue(partition < count,
					() -> "'%s' is no position of this change log: it has %d partition(s), counted from 0"
						.formatted(place.position(), count));
			partitions.add(partition);
		});
		return partitions;
	}

	/**
	 * The place in a partition behind which to read. It is that of no entry where the
	 * entry behind it is wanted in any case.
	 * @param partition one of {@link #partitions(int)}
	 * @param state what the partition holds now
	 * @return the place
	 * @throws PositionTrimmedException if entries from here on were removed already
	 */
	public KvPosition resolve(int partition, LogState state) {
		Place place = placeIn(partition, () -> state);
		if (place.isTrimmed(state)) {
			throw new PositionTrimmedException(place.position(), Place.earliestPosition(state));
		}
		return place.behind();
	}

	boolean isEarliest() {
		return this.end == End.EARLIEST;
	}

	/**
	 * The place in a partition.
	 * @param state asked for only where it matters
	 */
	Place placeIn(int partition, Supplier<LogState> state) {
		if (this.end == End.LATEST) {
			return Place.end(state.get());
		}
		if (this.end == End.EARLIEST) {
			return Place.earliest(state.get());
		}
		return Objects.requireNonNull(this.places.get(partition), "not a partition of this start");
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof StartPosition start && this.end == start.end && this.places.equals(start.places);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.end, this.places);
	}

	@Override
	public String toString() {
		return (this.end != null) ? this.end.name().toLowerCase(Locale.ROOT) : this.places.values().toString();
	}

	private enum End {

		EARLIEST, LATEST

	}

}
