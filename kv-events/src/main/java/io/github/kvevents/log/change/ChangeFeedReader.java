package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * The thread that waits for new entries, and ends with the last subscriber. When reading
 * fails it retries with a growing back-off, from where it was.
 */
final class ChangeFeedReader implements Runnable {

	private static final Log logger = LogFactory.getLog(ChangeFeedReader.class);

	/**
	 * How often to compare with what the log holds: a read that waits doesn't notice that
	 * the log was lost.
	 */
	private static final long CHECK_INTERVAL = TimeUnit.SECONDS.toNanos(1);

	private static final Duration WAIT = Duration.ofSeconds(2);

	private static final int LIMIT = 500;

	/** What a feed that stops may need to hand on what it has just read. */
	private static final long PUBLISH_MILLIS = 50;

	private final ChangeLogStore store;

	private final StoreChangeFeed feed;

	private final Thread thread = new Thread(this, "kv-change-feed");

	private final LoopHealth health = new LoopHealth(StoreChangeFeed.class, "Reading the change log");

	private final Waiter waiter = new Waiter();

	private ChangeLogStore.@Nullable Tail tail;

	private long lastCheck;

	private volatile boolean ending;

	ChangeFeedReader(ChangeLogStore store, StoreChangeFeed feed) {
		this.store = store;
		this.feed = feed;
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Waits for the end, which neither a pause after a failure, a read that waits nor a
	 * store that is gone holds up.
	 */
	void awaitEnd(long millis) {
		this.ending = true;
		this.waiter.wakeUp();
		CallChain.awaitEnd(this.thread, PUBLISH_MILLIS, millis);
	}

	@Override
	public void run() {
		while (!this.feed.release(this)) {
			try {
				readOnce();
				this.health.succeeded();
			}
			catch (Throwable ex) {
				this.feed.disconnected();
				closeTail();
				this.waiter.awaitQuietly(this.ending ? 0 : this.health.failed(ex));
			}
		}
		closeTail();
	}

	private void readOnce() {
		ChangeLogStore.Tail tail = open();
		if (System.nanoTime() - this.lastCheck >= CHECK_INTERVAL) {
			boolean begun = this.feed.hasBegun();
			this.feed.compare(states(), begun);
			this.lastCheck = System.nanoTime();
			this.feed.connected();
		}
		Map<Integer, KvPosition> positions = this.feed.cursor();
		tail.read(positions, LIMIT, WAIT).forEach((partition, read) -> {
			KvPosition position = positions.get(partition);
			if (position != null) {
				this.feed.publish(position, read);
			}
		});
	}

	private ChangeLogStore.Tail open() {
		ChangeLogStore.Tail tail = this.tail;
		if (tail == null) {
			tail = this.store.openTail();
			this.tail = tail;
			this.lastCheck = System.nanoTime() - CHECK_INTERVAL;
		}
		return tail;
	}

	private Map<Integer, LogState> states() {
		Map<Integer, LogState> states = new TreeMap<>();
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			states.put(partition, this.store.getState(partition));
		}
		return states;
	}

	private void closeTail() {
		ChangeLogStore.Tail tail = this.tail;
		this.tail = null;
		if (tail != null) {
			try {
				tail.close();
			}
			catch (RuntimeException ex) {
				logger.debug("The connection of the change feed failed as it was closed", ex);
			}
		}
	}

}
