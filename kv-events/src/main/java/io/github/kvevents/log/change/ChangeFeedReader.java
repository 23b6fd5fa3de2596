package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * A thread that waits for new entries of some partitions, and ends with the last
 * subscriber. When reading fails it retries with a growing back-off, from where it was.
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

	private final ChangeLogStore store;

	private final StoreChangeFeed feed;

	private final List<Integer> partitions;

	private final Thread thread;

	private final LoopHealth health = new LoopHealth(StoreChangeFeed.class, "Reading the change log");

	private final Waiter waiter = new Waiter();

	private ChangeLogStore.@Nullable Tail tail;

	private long lastCheck;

	private volatile boolean ending;

	ChangeFeedReader(ChangeLogStore store, StoreChangeFeed feed, String name, List<Integer> partitions) {
		this.store = store;
		this.feed = feed;
		this.partitions = partitions;
		this.thread = DaemonThreads.single(this, name);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Cuts a pause after a failure short.
	 */
	void end() {
		this.ending = true;
		this.waiter.wakeUp();
	}

	Thread thread() {
		return this.thread;
	}

	@Override
	public void run() {
		while (!this.feed.release(this)) {
			try {
				readOnce();
				this.health.succeeded();
			}
			catch (Throwable ex) {
				this.feed.disconnected(this);
				closeTail();
				this.waiter.awaitQuietly(this.ending ? 0 : this.health.failed(ex));
			}
		}
		closeTail();
	}

	private void readOnce() {
		ChangeLogStore.Tail tail = open();
		if (System.nanoTime() - this.lastCheck >= CHECK_INTERVAL) {
			Set<Integer> begun = this.feed.cursor().keySet();
			this.feed.compare(this, states(), begun);
			this.lastCheck = System.nanoTime();
			this.feed.connected(this);
		}
		Map<Integer, KvPosition> positions = new TreeMap<>(this.feed.cursor());
		positions.keySet().retainAll(this.partitions);
		tail.read(positions, LIMIT, WAIT).forEach((partition, read) -> {
			KvPosition position = positions.get(partition);
			if (position != null) {
				this.feed.publish(this, position, read);
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
		this.partitions.forEach((partition) -> states.put(partition, this.store.getState(partition)));
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
