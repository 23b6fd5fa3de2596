package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.dao.DataAccessException;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvException;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;
import io.github.kvevents.watch.WatchOverflow;

/**
 * The latest changes, for all who look at the console. A watch is open only while
 * somebody reads: it ends when nobody does, and has no thread. Values are dropped at
 * once.
 */
final class ConsoleFeed {

	private static final Log logger = LogFactory.getLog(ConsoleFeed.class);

	private static final int KEPT = 500;

	private static final WatchOptions OPTIONS = WatchOptions.all()
		.bufferSize(KEPT)
		.overflow(WatchOverflow.DROP_OLDEST)
		.idleTimeout(Duration.ofMinutes(1));

	private final Function<WatchOptions, KvWatch> opener;

	private final Runnable ping;

	private final StoreReads reads;

	private final KeyMask mask;

	/** Changes when the instance restarts: numbers begin anew then. */
	private final String id = UUID.randomUUID().toString();

	private final Deque<Change> changes = new ArrayDeque<>();

	/** Held while the store is asked: who only shows changes doesn't wait for it. */
	private final Object watching = new Object();

	private @Nullable KvWatch watch;

	private long number;

	private long missed;

	private long dropped;

	/**
	 * Creates a feed.
	 * @param opener opens watches
	 * @param ping fails if the store does not answer: a watch of the change log waits
	 * then, and does not say so
	 * @param reads waits for the store
	 * @param mask stands for keys
	 */
	ConsoleFeed(Function<WatchOptions, KvWatch> opener, Runnable ping, StoreReads reads, KeyMask mask) {
		this.opener = opener;
		this.ping = ping;
		this.reads = reads;
		this.mask = mask;
	}

	/**
	 * The changes behind a number.
	 * @param feed the feed that the number is of
	 */
	ChangesDescriptor read(@Nullable String feed, long after, boolean withKeys) {
		String error;
		try {
			error = this.reads.<@Nullable String>read(() -> {
				drain();
				this.ping.run();
				return null;
			});
		}
		catch (DataAccessException | IllegalStateException ex) {
			logger.debug("Changes can't be watched", ex);
			error = ex.getClass().getName();
		}
		return describe(feed, after, withKeys, error);
	}

	private synchronized ChangesDescriptor describe(@Nullable String feed, long after, boolean withKeys,
			@Nullable String error) {
		long from = this.id.equals(feed) ? after : 0;
		return new ChangesDescriptor(this.id, this.number, this.missed, error,
				this.changes.stream()
					.filter((change) -> change.number > from)
					.map((change) -> change.describe(withKeys, this.mask))
					.toList());
	}

	private void drain() {
		synchronized (this.watching) {
			watch();
		}
	}

	private void watch() {
		try {
			KvWatch current = this.watch;
			if (current == null || !current.isOpen()) {
				this.watch = null;
				this.dropped = 0;
				current = this.opener.apply(OPTIONS);
				this.watch = current;
			}
			take(current);
		}
		catch (KvException ex) {
			// removed from the change log before it was read
			logger.debug("Changes were missed", ex);
			miss(1);
			close();
		}
	}

	private void take(KvWatch current) {
		for (int taken = 0; taken < KEPT; taken++) {
			KvEvent event = current.poll(Duration.ZERO);
			if (event == null) {
				break;
			}
			add(event);
		}
		long gone = current.getDropped();
		miss(gone - this.dropped);
		this.dropped = gone;
	}

	private synchronized void add(KvEvent event) {
		this.changes.add(Change.of(++this.number, event));
		if (this.changes.size() > KEPT) {
			this.changes.remove();
		}
	}

	private synchronized void miss(long count) {
		this.missed += count;
	}

	private void close() {
		if (this.watch != null) {
			this.watch.close();
			this.watch = null;
		}
	}

	private record Change(long number, Instant at, KvEventType type, KvChange change, String key, String origin,
			@Nullable KvPosition position, @Nullable Duration lateness) {

		static Change of(long number, KvEvent event) {
			return new Change(number, event.getOccurredAt(), event.getType(), event.getChange(), event.getKey(),
					event.getOrigin(), event.getPosition(),
					(event instanceof KvExpiredEvent expired) ? expired.getLateness() : null);
		}

		ChangeDescriptor describe(boolean withKey, KeyMask mask) {
			return new ChangeDescriptor(this.number, this.at, this.type, this.change, withKey ? this.key : null,
					mask.of(this.key), this.origin, (this.position != null) ? this.position.toString() : null,
					(this.lateness != null) ? this.lateness.toMillis() : null);
		}

	}

	/**
	 * The latest changes.
	 *
	 * @param feed identifies what the numbers count
	 * @param last the number of the last change
	 * @param missed how many changes at least could not be shown
	 * @param storeError the class of the failure, {@code null} if there is none
	 * @param changes the changes, the oldest first
	 */
	@JsonInclude(Include.ALWAYS)
	record ChangesDescriptor(String feed, long last, long missed, @Nullable String storeError,
			List<ChangeDescriptor> changes) implements OperationResponseBody {
	}

	/**
	 * One change.
	 *
	 * @param number counts the changes
	 * @param at when it happened
	 * @param type which operation
	 * @param change what it did to the key
	 * @param key the key, {@code null} unless it may be shown
	 * @param mask stands for the key
	 * @param origin the id of the instance that made it
	 * @param position its position in the change log
	 * @param latenessMillis how late a tracked expiry was noticed
	 */
	@JsonInclude(Include.ALWAYS)
	record ChangeDescriptor(long number, Instant at, KvEventType type, KvChange change, @Nullable String key,
			String mask, String origin, @Nullable String position, @Nullable Long latenessMillis) {
	}

}
