package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.LogCursor;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogSnapshot;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatches.EventMaker;

/**
 * The change log as watches read it: they want to know of each entry that they can't
 * have.
 */
final class LogAccess {

	private static final int PAGE = 500;

	private final KvStore store;

	private final ChangeLogStore log;

	private final Namespace namespace;

	private final EventMaker events;

	LogAccess(KvStore store, ChangeLogStore log, EventMaker events) {
		this.store = store;
		this.log = log;
		this.namespace = log.getSettings().namespace();
		this.events = events;
	}

	EventMaker events() {
		return this.events;
	}

	/**
	 * Where each partition ends now.
	 */
	Map<Integer, KvPosition> ends() {
		Map<Integer, KvPosition> ends = new TreeMap<>();
		start(Map.of()).cursors().forEach((partition, cursor) -> ends.put(partition, cursor.position()));
		return ends;
	}

	/**
	 * Where to begin: behind the given positions, and in other partitions at their end. A
	 * position past the end means the end.
	 * @throws PositionTrimmedException if something behind such a position is gone
	 * @throws IllegalArgumentException if there can be no such position
	 */
	Start start(Map<Integer, KvPosition> after) {
		after.values().forEach((position) -> StartPosition.after(position).partitions(this.namespace.partitions()));
		Map<Integer, PartitionCursor> start = new TreeMap<>();
		boolean live = true;
		for (int partition = 0; partition < this.namespace.partitions(); partition++) {
			KvPosition position = after.get(partition);
			LogState state = this.log.getState(partition);
			if (position != null) {
				PartitionCursor.requirePossible(position, state.last(), this.log.millis());
			}
			if (position == null || position.compareTo(state.last()) > 0) {
				start.put(partition, PartitionCursor.end(state));
			}
			else {
				PartitionCursor.resolve(StartPosition.after(position), partition, state);
				start.put(partition, new PartitionCursor(ReadPosition.after(position)).counted(state));
				live = false;
			}
		}
		return new Start(start, live);
	}

	LogCursor cursor(PartitionCursor start) {
		return new LogCursor(this.log, start);
	}

	/**
	 * Reads the entries behind a cursor.
	 * @throws PositionTrimmedException if some of them were removed, or the entry at the
	 * cursor was lost
	 */
	List<LoggedChange> read(LogCursor cursor) {
		return cursor.read(PAGE, (gap) -> {
			KvPosition earliest = gap.earliest();
			throw new PositionTrimmedException(gap.after(),
					(earliest != null) ? earliest : this.log.getState(gap.after().partition()).last());
		});
	}

	/**
	 * The keys that begin with a prefix.
	 */
	Deque<KeyPage> keys(String prefix) {
		Map<Integer, KeyPage> last = new HashMap<>();
		Deque<KeyPage> pages = new ArrayDeque<>();
		try (Stream<String> keys = this.store.keys(prefix)) {
			keys.forEach((key) -> {
				int partition = this.namespace.partitionOf(key);
				KeyPage page = last.get(partition);
				if (page == null || page.isFull()) {
					page = new KeyPage(partition, new ArrayList<>());
					last.put(partition, page);
					pages.add(page);
				}
				page.keys().add(key);
			});
		}
		return pages;
	}

	LogSnapshot snapshot(KeyPage page) {
		return this.log.snapshot(page.partition(), page.keys());
	}

	/**
	 * Where a watch begins.
	 *
	 * @param cursors where to begin in each partition
	 * @param live whether it is for what is written from now on alone
	 */
	record Start(Map<Integer, PartitionCursor> cursors, boolean live) {
	}

	/**
	 * Keys of one partition that are read together.
	 */
	record KeyPage(int partition, List<String> keys) {

		/**
		 * Enough to make the round trip cheap, few enough to hold the server up briefly.
		 */
		private static final int SIZE = 256;

		boolean isFull() {
			return this.keys.size() >= SIZE;
		}

		/**
		 * What is left of it behind so many keys.
		 */
		KeyPage behind(int count) {
			return new KeyPage(this.partition, this.keys.subList(count, this.keys.size()));
		}

	}

}
