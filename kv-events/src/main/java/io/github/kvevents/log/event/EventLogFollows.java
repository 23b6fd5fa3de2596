package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;
import io.github.kvevents.support.BackgroundWork.Pending;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.RetryingExecutor;
import io.github.kvevents.support.SparingPool;

/**
 * All open follows. They share one {@link FollowReader} a group, which runs while there
 * is any, and have a worker each only while there is something to deliver.
 */
final class EventLogFollows {

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

	private final EventLogStore store;

	private final Map<String, LogChannel> channels = new ConcurrentHashMap<>();

	/** By the group of logs that they read. */
	private final Map<Integer, FollowReader> readers = new ConcurrentHashMap<>();

	private volatile @Nullable SparingPool workers;

	private volatile boolean stopped;

	EventLogFollows(EventLogStore store) {
		this.store = store;
	}

	/**
	 * Opens a follow.
	 * @param start reads what there is; what it throws reaches the caller
	 */
	Follow open(String log, FollowListener listener, KvCodec codec, Supplier<FollowStart> start) {
		// takes part before the log is read, so that it receives a deletion in between
		EventLogFollow follow = add(log, new FollowDelivery(log, listener, codec));
		try {
			follow.start(start.get());
			return follow;
		}
		catch (RuntimeException ex) {
			follow.close();
			throw ex;
		}
	}

	private synchronized EventLogFollow add(String log, FollowDelivery delivery) {
		Assert.state(!this.stopped,
				"The event logs are stopped: a follow can't be opened while the application's context is stopped");
		startWorkers();
		startReader(this.store.groupOf(log));
		LogChannel channel = this.channels.computeIfAbsent(log, LogChannel::new);
		EventLogFollow follow = new EventLogFollow(channel, this, this.store, delivery);
		channel.getFollows().add(follow);
		return follow;
	}

	/**
	 * It counts once it has its thread: where there is none to be had the next follow
	 * retries.
	 */
	private void startReader(int group) {
		if (!this.readers.containsKey(group)) {
			FollowReader reader = new FollowReader(this.store, this, group);
			reader.start();
			this.readers.put(group, reader);
		}
	}

	synchronized void remove(EventLogFollow follow) {
		LogChannel channel = follow.getChannel();
		channel.getFollows().remove(follow);
		if (channel.getFollows().isEmpty()) {
			this.channels.remove(channel.getLog(), channel);
		}
		int group = this.store.groupOf(channel.getLog());
		if (getChannels(group).isEmpty()) {
			wakeUp(group);
		}
	}

	/**
	 * The logs of a group that are followed.
	 */
	Collection<LogChannel> getChannels(int group) {
		return this.channels.values()
			.stream()
			.filter((channel) -> this.store.groupOf(channel.getLog()) == group)
			.toList();
	}

	/**
	 * Lets the reader of a log look at the follows at once.
	 */
	void wakeUp(String log) {
		wakeUp(this.store.groupOf(log));
	}

	private void wakeUp(int group) {
		FollowReader reader = this.readers.get(group);
		if (reader != null) {
			reader.wakeUp();
		}
	}

	/**
	 * Asked by the reader: whether it is no longer needed, and ends now.
	 */
	synchronized boolean release(int group, FollowReader reader) {
		if (getChannels(group).isEmpty()) {
			this.readers.remove(group, reader);
		}
		return this.readers.get(group) != reader;
	}

	/**
	 * Resumes the follows that are open.
	 */
	synchronized void start() {
		if (!this.stopped) {
			return;
		}
		if (!this.channels.isEmpty()) {
			startWorkers();
			this.channels.keySet().forEach((log) -> startReader(this.store.groupOf(log)));
		}
		this.stopped = false;
		this.channels.values().forEach((channel) -> channel.getFollows().forEach(EventLogFollow::resume));
	}

	/**
	 * Runs something for a follow. Takes no lock: it is called by who holds that of a
	 * channel.
	 * @return whether it runs; not while the event logs are stopped
	 */
	boolean execute(Runnable task) {
		SparingPool workers = this.workers;
		if (workers == null) {
			return false;
		}
		try {
			new RetryingExecutor(workers).execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

	/**
	 * Closes all follows, without waiting for calls of listeners.
	 */
	synchronized void closeAll() {
		List.copyOf(this.channels.values()).forEach((channel) -> channel.getFollows().forEach(EventLogFollow::end));
	}

	boolean isStopped() {
		return this.stopped;
	}

	/**
	 * What of the followed logs was not delivered yet.
	 */
	Pending pendingWork() {
		long added = 0;
		List<String> pending = new ArrayList<>();
		for (LogChannel channel : this.channels.values()) {
			List<StoredEntry> end = this.store.last(channel.getLog(), EntryId.ZERO, 1);
			added += end.isEmpty() ? 0 : end.get(0).number();
			EntryId cursor = channel.getCursor();
			boolean unread = cursor != null && !end.isEmpty() && end.get(0).id().isAfter(cursor);
			if (!this.stopped && (unread || channel.getFollows().stream().anyMatch(EventLogFollow::isWorking))) {
				pending.add("A follow of the event log '" + KeyText.printable(channel.getLog()) + "' delivers entries");
			}
		}
		return new Pending(added, pending);
	}

	/**
	 * Has all follows wait for the next start, and waits some seconds for the calls of
	 * listeners that run, but not for one that calls this.
	 */
	void stop() {
		List<FollowReader> readers;
		SparingPool workers;
		synchronized (this) {
			this.stopped = true;
			readers = List.copyOf(this.readers.values());
			workers = this.workers;
			this.readers.clear();
			this.workers = null;
		}
		readers.forEach(FollowReader::wakeUp);
		CallChain.awaitEnd(readers.stream().map(FollowReader::thread).toList(), STOP_TIMEOUT.toMillis(),
				STOP_TIMEOUT.toMillis());
		if (workers != null) {
			end(workers);
		}
	}

	private static void end(SparingPool workers) {
		workers.shutdown();
		try {
			if (!workers.awaitOthers(STOP_TIMEOUT)) {
				workers.interruptOthers();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A listener may block, so each follow that has something to deliver needs a thread
	 * of its own; there are never more than follows.
	 */
	private void startWorkers() {
		if (this.workers == null) {
			this.workers = new SparingPool(0, Integer.MAX_VALUE, Duration.ofSeconds(10), new SynchronousQueue<>(),
					new DaemonThreads("kv-event-log-follow-"));
		}
	}

}
