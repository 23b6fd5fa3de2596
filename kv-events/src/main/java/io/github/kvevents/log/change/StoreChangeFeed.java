package io.github.kvevents.log.change;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;

/**
 * The feed of a store: who has subscribed, and up to where every subscriber has received
 * everything. The reading is done by a {@link ChangeFeedReader}.
 */
public final class StoreChangeFeed implements ChangeFeed, SmartLifecycle {

	/**
	 * Stops behind those who subscribe, and before the connections.
	 */
	public static final int PHASE = 512;

	private static final Log logger = LogFactory.getLog(StoreChangeFeed.class);

	/** Longer than a read waits when there is nothing. */
	private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(1);

	private final ChangeLogStore store;

	private final int partitions;

	private final Set<FeedSubscription> subscriptions = new LinkedHashSet<>();

	/** Copied when it is called, since a subscriber may close its subscription. */
	private @Nullable List<FeedSubscription> called;

	private final FeedPositions positions = new FeedPositions();

	private @Nullable ChangeFeedReader reader;

	private boolean connected;

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
		if (this.connected) {
			subscription.connected();
		}
		return subscription;
	}

	@Override
	public synchronized @Nullable Subscription join(Map<Integer, PartitionCursor> positions, Subscriber subscriber) {
		Assert.isTrue(positions.size() == this.partitions,
				() -> "'positions' must have one of each of %d partition(s) but has those of %s"
					.formatted(this.partitions, positions.keySet()));
		if (this.positions.isEmpty()) {
			this.positions.begin(positions);
		}
		List<KvPosition> read = positions.values().stream().map(PartitionCursor::position).toList();
		if (!this.positions.hasRecentAfter(read)) {
			return null;
		}
		FeedSubscription subscription = add(subscriber);
		read.forEach((position) -> catchUp(subscription, position));
		if (this.connected) {
			subscription.connected();
		}
		return subscription;
	}

	private void catchUp(FeedSubscription subscription, KvPosition position) {
		KvPosition reached = this.positions.position(position.partition());
		int order = position.compareTo(reached);
		if (order > 0) {
			subscription.skipUpTo(position);
		}
		else if (order < 0) {
			subscription.read(this.positions.readBehind(position), reached);
		}
	}

	private FeedSubscription add(Subscriber subscriber) {
		Assert.notNull(subscriber, "'subscriber' must not be null");
		FeedSubscription subscription = new FeedSubscription(subscriber, this::remove);
		this.subscriptions.add(subscription);
		this.called = null;
		startReader();
		return subscription;
	}

	private synchronized void remove(FeedSubscription subscription) {
		subscription.setClosed();
		if (this.subscriptions.remove(subscription)) {
			this.called = null;
		}
	}

	private void startReader() {
		if (this.reader == null && !this.stopped && !this.subscriptions.isEmpty()) {
			ChangeFeedReader reader = new ChangeFeedReader(this.store, this);
			// in this order: without a thread the next subscriber retries
			reader.start();
			this.reader = reader;
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
		if (this.reader == reader && (this.stopped || this.subscriptions.isEmpty())) {
			this.reader = null;
			this.connected = false;
			if (this.subscriptions.isEmpty()) {
				this.positions.clear();
			}
		}
		return this.reader != reader;
	}

	synchronized boolean hasBegun() {
		return !this.positions.isEmpty();
	}

	/**
	 * Compares with what the log held a moment ago. Begins at its ends, unless somebody
	 * has said meanwhile where to begin.
	 * @param begun whether the feed had begun by that moment
	 */
	synchronized void compare(Map<Integer, LogState> states, boolean begun) {
		if (this.positions.isEmpty()) {
			this.positions.beginAtEnds(states);
		}
		else if (begun) {
			states.forEach(this::compare);
		}
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

	synchronized void connected() {
		if (!this.connected) {
			this.connected = true;
			forEach(FeedSubscription::connected);
		}
	}

	synchronized void disconnected() {
		this.connected = false;
	}

	/**
	 * Hands on what was read behind a position.
	 */
	synchronized void publish(KvPosition after, TailRead read) {
		if (this.positions.position(after.partition()).equals(after)) {
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

	@Override
	public synchronized void start() {
		this.stopped = false;
		startReader();
	}

	/**
	 * Ends the reading; subscribers receive nothing until the next start.
	 */
	@Override
	public void stop() {
		ChangeFeedReader reader;
		synchronized (this) {
			this.stopped = true;
			reader = this.reader;
		}
		if (reader != null) {
			reader.awaitEnd(STOP_MILLIS);
		}
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
