package io.github.kvevents.log.change;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.CallChain;

/**
 * The feed of a store: who has subscribed, and up to where every subscriber has received
 * everything. The reading is done by {@link ChangeFeedReader}s.
 */
public final class StoreChangeFeed implements ChangeFeed, BackgroundWork, SmartLifecycle {

	/**
	 * Stops behind those who subscribe, and before the connections.
	 */
	public static final int PHASE = 512;

	private static final Log logger = LogFactory.getLog(StoreChangeFeed.class);

	/** Longer than a read waits when there is nothing. */
	private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(1);

	/** What a read may need to end by itself before it is interrupted. */
	private static final long READ_MILLIS = 50;

	private final ChangeLogStore store;

	private final int partitions;

	private final Set<FeedSubscription> subscriptions = new LinkedHashSet<>();

	/** Copied when it is called, since a subscriber may close its subscription. */
	private @Nullable List<FeedSubscription> called;

	private final FeedPositions positions = new FeedPositions();

	/** One for all partitions, or one for each; empty without subscribers. */
	private final List<ChangeFeedReader> readers = new ArrayList<>();

	private final Set<ChangeFeedReader> connected = new HashSet<>();

	private boolean stopped;

	/**
	 * Creates a feed without subscribers; nothing is sent.
	 * @param store whose change log to read
	 */
	public StoreChangeFeed(ChangeLogStore store) {
		Assert.notNull(store, "'store' must not be null");
		this.store = store;
		this.partitions = store.getSettings().namespace().partitions();
	}

	@Override
	public synchronized Subscription subscribe(Subscriber subscriber) {
		FeedSubscription subscription = add(subscriber);
		if (isConnected()) {
			subscription.connected();
		}
		return subscription;
	}

	@Override
	public synchronized @Nullable Subscription join(Map<Integer, PartitionCursor> positions, Subscriber subscriber) {
		Assert.isTrue(positions.size() == this.partitions,
				() -> "'positions' must have one of each of %d partition(s) but has those of %s"
					.formatted(this.partitions, positions.keySet()));
		this.positions.begin(positions);
		List<KvPosition> read = positions.values().stream().map(PartitionCursor::position).toList();
		if (!this.positions.hasRecentAfter(read)) {
			return null;
		}
		FeedSubscription subscription = add(subscriber);
		read.forEach((position) -> subscription.catchUp(position, this.positions));
		if (isConnected()) {
			subscription.connected();
		}
		return subscription;
	}

	private FeedSubscription add(Subscriber subscriber) {
		Assert.notNull(subscriber, "'subscriber' must not be null");
		FeedSubscription subscription = new FeedSubscription(subscriber, this::remove);
		this.subscriptions.add(subscription);
		this.called = null;
		try {
			startReaders();
		}
		catch (OutOfMemoryError ex) {
			// nobody gets what would close it, and it would be read for ever
			remove(subscription);
			throw ex;
		}
		return subscription;
	}

	private synchronized void remove(FeedSubscription subscription) {
		subscription.setClosed();
		if (this.subscriptions.remove(subscription)) {
			this.called = null;
			forgetUnneeded();
		}
	}

	/**
	 * Who subscribes next begins at the end of the log then.
	 */
	private void forgetUnneeded() {
		if (this.readers.isEmpty() && this.subscriptions.isEmpty()) {
			this.positions.clear();
		}
	}

	private void startReaders() {
		if (this.stopped || this.subscriptions.isEmpty()) {
			return;
		}
		List<Integer> all = IntStream.range(0, this.partitions).boxed().toList();
		int share = this.store.isDistributed() ? 1 : this.partitions;
		// without a thread the next subscriber retries
		while (this.readers.size() * share < this.partitions) {
			int from = this.readers.size() * share;
			ChangeFeedReader reader = new ChangeFeedReader(this.store, this,
					(share == 1) ? "kv-change-feed-" + from : "kv-change-feed", all.subList(from, from + share));
			reader.start();
			this.readers.add(reader);
		}
	}

	@Override
	public synchronized Map<Integer, KvPosition> cursor() {
		return this.positions.positions();
	}

	/**
	 * Asked by the reader: whether it is no longer needed, and ends now.
	 */
	synchronized boolean release(ChangeFeedReader reader) {
		if (this.readers.contains(reader) && (this.stopped || this.subscriptions.isEmpty())) {
			releaseReaders();
		}
		return !this.readers.contains(reader);
	}

	/**
	 * Releases all of them: a new subscriber or the next start begins with a whole set,
	 * also while a read of these hangs.
	 */
	private void releaseReaders() {
		this.readers.clear();
		this.connected.clear();
		forgetUnneeded();
	}

	/**
	 * Compares with what the log held a moment ago. Begins at its ends, unless somebody
	 * has said meanwhile where to begin.
	 * @param begun the partitions that the feed had begun by that moment
	 */
	synchronized void compare(ChangeFeedReader reader, Map<Integer, LogState> states, Set<Integer> begun) {
		if (!this.readers.contains(reader)) {
			return;
		}
		states.forEach((partition, state) -> {
			if (!this.positions.hasBegun(partition)) {
				this.positions.beginAtEnd(partition, state);
			}
			else if (begun.contains(partition)) {
				compare(partition, state);
			}
		});
	}

	private void compare(int partition, LogState state) {
		KvPosition before = this.positions.position(partition);
		KvPosition to = this.positions.compare(partition, state);
		if (to != null) {
			logger.debug("The feed missed changes behind '%s' and resumes behind '%s'".formatted(before, to));
			forEach((subscription) -> subscription.reset(to));
		}
		else {
			forEach((subscription) -> subscription.compare(state.last(), before));
		}
	}

	private boolean isConnected() {
		return !this.readers.isEmpty() && this.connected.containsAll(this.readers);
	}

	synchronized void connected(ChangeFeedReader reader) {
		if (this.readers.contains(reader) && this.connected.add(reader) && isConnected()) {
			forEach(FeedSubscription::connected);
		}
	}

	synchronized void disconnected(ChangeFeedReader reader) {
		this.connected.remove(reader);
	}

	/**
	 * Hands on what was read behind a position. What a read brings that was under way as
	 * the feed stopped is read again with the next start.
	 */
	synchronized void publish(ChangeFeedReader reader, KvPosition after, TailRead read) {
		if (this.readers.contains(reader) && this.positions.hasBegun(after.partition())
				&& this.positions.position(after.partition()).equals(after)) {
			this.positions.advance(read);
			forEach((subscription) -> subscription.read(read, read.last()));
		}
	}

	private void forEach(Consumer<FeedSubscription> message) {
		List<FeedSubscription> called = this.called;
		if (called == null) {
			called = List.copyOf(this.subscriptions);
			this.called = called;
		}
		called.forEach(message);
	}

	/**
	 * {@inheritDoc} Until the feed has read to the end of the log, as long as there are
	 * subscribers.
	 */
	@Override
	public synchronized Pending pendingWork() {
		long added = 0;
		boolean behind = !isConnected();
		for (int partition = 0; partition < this.partitions; partition++) {
			LogState state = this.store.getState(partition);
			added += state.added();
			behind |= !this.positions.hasBegun(partition)
					|| this.positions.position(partition).compareTo(state.last()) < 0;
		}
		boolean pending = behind && !this.stopped && !this.subscriptions.isEmpty();
		return new Pending(added, pending ? List.of("The change feed reads the change log") : List.of());
	}

	@Override
	public synchronized void start() {
		this.stopped = false;
		startReaders();
	}

	/**
	 * Ends the reading; subscribers receive nothing until the next start.
	 */
	@Override
	public void stop() {
		List<ChangeFeedReader> readers;
		synchronized (this) {
			this.stopped = true;
			readers = List.copyOf(this.readers);
			releaseReaders();
		}
		readers.forEach(ChangeFeedReader::end);
		// neither a read that waits nor a store that is gone holds it up
		CallChain.awaitEnd(readers.stream().map(ChangeFeedReader::thread).toList(), READ_MILLIS, STOP_MILLIS);
	}

	@Override
	public synchronized boolean isRunning() {
		return !this.stopped;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
