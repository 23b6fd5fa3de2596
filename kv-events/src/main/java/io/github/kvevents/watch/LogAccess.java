package io.github.kvevents.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.PartitionCursor;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.LogSnapshot;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;

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
		return start(Map.of()).positions();
	}

	/**
	 * Where to begin: behind the given places, and in other partitions at their end. A
	 * place past the end means the end.
	 * @throws PositionTrimmedException if something behind such a place is gone
	 */
	Start start(Map<Integer, KvPosition> after) {
		after.forEach((partition, position) -> Assert.isTrue(partition < this.namespace.partitions(),
				() -> "'%s' is no position of this change log: it has %d partition(s), counted from 0"
					.formatted(position, this.namespace.partitions())));
		Map<Integer, KvPosition> start = new TreeMap<>();
		boolean live = true;
		for (int partition = 0; partition < this.namespace.partitions(); partition++) {
			KvPosition position = after.get(partition);
			LogState state = this.log.getState(partition);
			if (position == null || position.compareTo(state.last()) > 0) {
				position = state.last();
			}
			else {
				requireComplete(position, state);
				live = false;
			}
			start.put(partition, position);
		}
		return new Start(start, live);
	}

	/**
	 * Reads the entries behind a place.
	 * @param seen whether an entry was at that place
	 * @throws PositionTrimmedException if some of them may be gone, or if that entry is
	 */
	LogPage read(KvPosition after, boolean seen) {
		List<LoggedChange> changes = this.log.readOn(after, PAGE).changes();
		if (!changes.isEmpty() && changes.get(0).position().equals(after)) {
			return new LogPage(changes.subList(1, changes.size()), true);
		}
		// asked afterwards: what is there now was there when it was read
		LogState state = this.log.getState(after.partition());
		requireComplete(after, state);
		if (seen) {
			// others have written since the end of the log was lost
			throw new PositionTrimmedException(after, state.last());
		}
		return new LogPage(changes, false);
	}

	private static void requireComplete(KvPosition position, LogState state) {
		PartitionCursor.resolve(StartPosition.after(position), position.partition(), state);
		if (position.compareTo(state.last()) > 0) {
			// the end of the log was lost, and with it what led to this position
			throw new PositionTrimmedException(position, state.last());
		}
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
	 * @param positions the place in each partition
	 * @param live whether it is for what is written from now on alone
	 */
	record Start(Map<Integer, KvPosition> positions, boolean live) {
	}

	/**
	 * Entries of one partition that were read together.
	 *
	 * @param changes the entries behind the place
	 * @param found whether there is an entry at the place
	 */
	record LogPage(List<LoggedChange> changes, boolean found) {
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
