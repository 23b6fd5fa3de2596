package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.InvalidDataAccessResourceUsageException;

import io.github.kvevents.KeyText;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore.LogEnd;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.EventLogStore.UnreadableLogException;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * The one thread that waits for new entries of all logs of a group that are followed,
 * with the one connection that is needed for it. It only hands them on, so no listener
 * holds it up. It ends with the last follow; when reading fails it notifies the follows
 * and retries with a growing back-off, from where it was.
 */
final class FollowReader implements Runnable {

	private static final Log logger = LogFactory.getLog(FollowReader.class);

	/**
	 * How often to look whether logs were deleted: a read that waits doesn't notice.
	 */
	private static final long CHECK_INTERVAL = Duration.ofSeconds(1).toNanos();

	private static final long IDLE_MILLIS = 100;

	private final EventLogStore store;

	private final EventLogFollows follows;

	private final int group;

	private final Thread thread;

	private final Waiter waiter = new Waiter();

	private final LoopHealth health = new LoopHealth(FollowReader.class, "Following event logs");

	private final FollowWait wait = new FollowWait();

	private final Set<LogChannel> broken = new HashSet<>();

	/** Logs of which it was said that they can't be read on. */
	private final Set<String> unreadable = new HashSet<>();

	private EventLogStore.@Nullable Reader reader;

	private long lastCheck;

	/**
	 * Creates a reader.
	 * @param group the group of the logs that it reads
	 */
	FollowReader(EventLogStore store, EventLogFollows follows, int group) {
		this.store = store;
		this.follows = follows;
		this.group = group;
		this.thread = DaemonThreads.single(this, "kv-event-log-reader" + ((group > 0) ? "-" + group : ""));
	}

	void start() {
		this.thread.start();
	}

	void wakeUp() {
		this.waiter.wakeUp();
		this.wait.cutShort();
	}

	Thread thread() {
		return this.thread;
	}

	@Override
	public void run() {
		while (!ends()) {
			try {
				readOnce();
				succeeded();
			}
			catch (UnreadableLogException ex) {
				leaveOut(ex);
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
		closeReader();
	}

	/**
	 * Whether to end. Who wakes the reader has changed before what is asked here: what
	 * comes from now on wakes it again.
	 */
	private boolean ends() {
		this.waiter.reset();
		return this.follows.release(this.group, this);
	}

	private void readOnce() {
		Collection<LogChannel> channels = this.follows.getChannels(this.group);
		EventLogStore.Reader reader = open();
		if (System.nanoTime() - this.lastCheck >= CHECK_INTERVAL) {
			check(reader, channels);
			this.lastCheck = System.nanoTime();
		}
		Map<String, EntryId> positions = positions(channels);
		if (positions.isEmpty()) {
			this.waiter.awaitQuietly(IDLE_MILLIS);
		}
		else {
			Map<String, List<StoredEntry>> read = read(reader, positions);
			for (LogChannel channel : channels) {
				List<StoredEntry> entries = read.get(channel.getLog());
				EntryId position = positions.get(channel.getLog());
				// a channel that was opened anew meanwhile has another position
				if (entries != null && position != null && position.equals(channel.getCursor())) {
					this.unreadable.remove(channel.getLog());
					channel.publish(entries);
				}
			}
		}
	}

	private Map<String, List<StoredEntry>> read(EventLogStore.Reader reader, Map<String, EntryId> positions) {
		try {
			return reader.read(positions, this.wait.begin());
		}
		catch (RuntimeException ex) {
			if (!this.wait.end()) {
				throw ex;
			}
			// the answer to the read may still come there
			closeReader();
			return Map.of();
		}
		finally {
			this.wait.end();
		}
	}

	private EventLogStore.Reader open() {
		EventLogStore.Reader reader = this.reader;
		if (reader == null) {
			reader = this.store.openReader();
			this.reader = reader;
			this.lastCheck = System.nanoTime() - CHECK_INTERVAL;
		}
		return reader;
	}

	private Map<String, EntryId> positions(Collection<LogChannel> channels) {
		Map<String, EntryId> positions = new HashMap<>();
		for (LogChannel channel : channels) {
			EntryId cursor = channel.getCursor();
			if (cursor != null && !this.broken.contains(channel)) {
				positions.put(channel.getLog(), cursor);
			}
		}
		return positions;
	}

	private void check(EventLogStore.Reader reader, Collection<LogChannel> channels) {
		this.broken.clear();
		Map<String, EntryId> positions = positions(channels);
		this.unreadable.retainAll(positions.keySet());
		if (positions.isEmpty()) {
			return;
		}
		Map<String, LogEnd> ends = reader.check(positions.keySet());
		for (LogChannel channel : channels) {
			EntryId position = positions.get(channel.getLog());
			LogEnd end = ends.get(channel.getLog());
			if (position == null || end == null) {
				continue;
			}
			if (!end.otherType().isEmpty()) {
				this.broken.add(channel);
				channel.fail(new InvalidDataAccessResourceUsageException(
						"The event log '%s' can't be followed: a %s has its place"
							.formatted(KeyText.printable(channel.getLog()), end.otherType())));
			}
			else if (position.isAfter(end.lastId()) && position.equals(channel.getCursor())) {
				channel.reset(end.lastId());
			}
		}
	}

	private void succeeded() {
		this.health.succeeded();
		for (LogChannel channel : this.follows.getChannels(this.group)) {
			if (!this.broken.contains(channel)) {
				channel.getFollows().forEach(EventLogFollow::recover);
			}
		}
	}

	private void failed(Throwable ex) {
		closeReader();
		this.wait.cutShort();
		this.follows.getChannels(this.group).forEach((channel) -> channel.fail(ex));
		this.waiter.awaitQuietly(this.health.failed(ex));
	}

	/**
	 * Follows the other logs meanwhile; the next check retries.
	 */
	private void leaveOut(UnreadableLogException ex) {
		for (LogChannel channel : this.follows.getChannels(this.group)) {
			if (channel.getLog().equals(ex.getLog())) {
				this.broken.add(channel);
				channel.fail(ex.getReason());
				if (this.unreadable.add(channel.getLog())) {
					logger.warn("An event log can't be followed at present; this is retried", ex.getReason());
				}
			}
		}
	}

	private void closeReader() {
		EventLogStore.Reader reader = this.reader;
		this.reader = null;
		if (reader != null) {
			try {
				reader.close();
			}
			catch (RuntimeException ex) {
				logger.debug("The connection of the event logs failed as it was closed", ex);
			}
		}
	}

}
