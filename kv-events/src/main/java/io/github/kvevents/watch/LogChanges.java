package io.github.kvevents.watch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.log.change.ReadAhead;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;

/**
 * Delivers to watches what comes into the change log, whichever instance made the change.
 * All of them share one subscription to the feed, which there is while a watch needs it.
 * <p>
 * Locks are taken in the order: this class's subscription, the feed, this class's cursor.
 */
final class LogChanges implements WatchSource, ChangeFeed.Subscriber {

	private final LogAccess log;

	private final ChangeFeed feed;

	private final PrefixIndex<LogIntake> intakes = new PrefixIndex<>();

	private final Object subscribing = new Object();

	private ChangeFeed.@Nullable Subscription subscription;

	/**
	 * Up to where events were delivered to the watches. Guarded by the cursor itself.
	 */
	private final Map<Integer, KvPosition> cursor = new HashMap<>();

	/**
	 * Watches that had read further than the feed when they joined, mostly none. Guarded
	 * by the cursor.
	 */
	private final Set<LogIntake> ahead = new HashSet<>();

	LogChanges(LogAccess log, ChangeFeed feed) {
		this.log = log;
		this.feed = feed;
	}

	@Override
	public void open(WatchSession session, WatchOptions options) {
		LogAccess.Start begin = this.log.start(options.getAfter());
		Map<Integer, PartitionCursor> start = begin.cursors();
		LogIntake intake = new LogIntake(session, options);
		LogCatchUp catchUp = new LogCatchUp(this, this.log, intake, start);
		if (options.isInitialReplay()) {
			LogReplay replay = new LogReplay(this.log, catchUp, intake, start);
			replay.begin();
			session.setReplaySource(replay);
			return;
		}
		if (begin.live()) {
			catchUp.begin();
		}
		session.setReplaySource(catchUp);
	}

	/**
	 * Delivers to a watch what the feed reads from now on, into its buffer.
	 * @param positions up to where it has read the log
	 * @return up to where it has to read on by itself, {@code null} if the feed is too
	 * far ahead: then it is to read on and join later
	 */
	@Nullable Map<Integer, KvPosition> join(LogIntake intake, Map<Integer, PartitionCursor> positions) {
		Map<Integer, KvPosition> joinedAt;
		synchronized (this.subscribing) {
			if (!subscribe(positions)) {
				return null;
			}
			synchronized (this.cursor) {
				joinedAt = new TreeMap<>(this.cursor);
				intake.skipUpTo(positions, joinedAt);
				this.intakes.add(intake.prefix(), intake);
				if (!intake.ahead().isEmpty()) {
					this.ahead.add(intake);
				}
			}
		}
		intake.session().onEnd(() -> leave(intake));
		return joinedAt;
	}

	private boolean subscribe(Map<Integer, PartitionCursor> positions) {
		if (this.subscription == null) {
			synchronized (this.cursor) {
				this.cursor.clear();
				positions.forEach((partition, position) -> this.cursor.put(partition, position.position()));
			}
			this.subscription = this.feed.join(positions, this);
		}
		return this.subscription != null;
	}

	private void leave(LogIntake intake) {
		synchronized (this.subscribing) {
			this.intakes.remove(intake.prefix(), intake);
			synchronized (this.cursor) {
				this.ahead.remove(intake);
			}
			ChangeFeed.Subscription subscription = this.subscription;
			if (this.intakes.isEmpty() && subscription != null) {
				this.subscription = null;
				subscription.close();
			}
		}
	}

	@Override
	public void onRead(TailRead read) {
		synchronized (this.cursor) {
			this.ahead.forEach((intake) -> read.skipped().forEach(intake.ahead()::onSkipped));
			onChanges(read.changes());
			this.cursor.put(read.last().partition(), read.last());
		}
	}

	@Override
	public void onChanges(List<LoggedChange> changes) {
		for (LoggedChange change : changes) {
			endIfLost(change.position(), (ahead) -> ahead.lostBefore(change.position()));
			deliver(change);
		}
	}

	@Override
	public void onCompare(KvPosition last) {
		synchronized (this.cursor) {
			endIfLost(last, (ahead) -> ahead.lostBehind(last));
		}
	}

	/**
	 * Ends the watches that received what is no longer in the log.
	 * @param lost says up to where a watch had read
	 */
	private void endIfLost(KvPosition resumesAt, Function<ReadAhead, @Nullable KvPosition> lost) {
		this.ahead.removeIf((intake) -> {
			KvPosition read = lost.apply(intake.ahead());
			if (read != null) {
				intake.session().fail(() -> new PositionTrimmedException(read, resumesAt));
			}
			return read != null || intake.ahead().isEmpty();
		});
	}

	private void deliver(LoggedChange change) {
		if (this.intakes.matches(change.key())) {
			KvEvent event = this.log.events().logged(change);
			this.intakes.forEach(change.key(), (intake) -> intake.receive(change.position(), event));
		}
	}

	/**
	 * Nobody knows what was missed, so no watch can continue as if it knew.
	 */
	@Override
	public void onReset(int partition, KvPosition to) {
		synchronized (this.cursor) {
			KvPosition requested = this.cursor.getOrDefault(partition, to);
			this.ahead.clear();
			this.intakes.forEach((intake) -> intake.session().fail(() -> new PositionTrimmedException(requested, to)));
			this.cursor.put(partition, to);
		}
	}

	/**
	 * What one watch takes of the feed. Called by one thread at a time.
	 */
	static final class LogIntake {

		private final WatchSession session;

		private final WatchOptions options;

		private final ReadAhead ahead = new ReadAhead();

		LogIntake(WatchSession session, WatchOptions options) {
			this.session = session;
			this.options = options;
		}

		WatchSession session() {
			return this.session;
		}

		String prefix() {
			return this.options.getPrefix();
		}

		boolean isChosen(KvEvent event) {
			return this.options.selector().selects(event.getChange());
		}

		/**
		 * Where the watch had read further than the feed.
		 */
		ReadAhead ahead() {
			return this.ahead;
		}

		void skipUpTo(Map<Integer, PartitionCursor> positions, Map<Integer, KvPosition> cursor) {
			positions.forEach((partition, read) -> {
				KvPosition position = read.position();
				KvPosition reached = cursor.get(partition);
				if (reached != null && position.compareTo(reached) > 0) {
					this.ahead.markReadUpTo(position);
				}
			});
		}

		void receive(KvPosition position, KvEvent event) {
			if (!this.ahead.isRead(position) && isChosen(event)) {
				this.session.offer(event);
			}
		}

	}

}
