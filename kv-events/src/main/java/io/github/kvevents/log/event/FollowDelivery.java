package io.github.kvevents.log.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KeyText;
import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.FollowGap;
import io.github.kvevents.log.FollowListener;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.CallGate;

/**
 * Calls the listener of a follow, as long as it is open, and knows what it got. Used by
 * one thread at a time; what is asked by others is safe.
 */
final class FollowDelivery {

	private static final Log logger = LogFactory.getLog(FollowDelivery.class);

	/** What was let through a moment ago may not have reached the listener yet. */
	private static final Duration LET_THROUGH = Duration.ofSeconds(1);

	private final String log;

	private final FollowListener listener;

	private final KvCodec codec;

	private final Duration letThrough;

	private final FollowSequence sequence = new FollowSequence();

	private final AtomicLong failures = new AtomicLong();

	private volatile @Nullable EntryId position;

	private final CallGate gate = new CallGate();

	/** The thread that calls the listener, as long as it does. */
	private volatile @Nullable Thread caller;

	FollowDelivery(String log, FollowListener listener, KvCodec codec) {
		this(log, listener, codec, LET_THROUGH);
	}

	FollowDelivery(String log, FollowListener listener, KvCodec codec, Duration letThrough) {
		this.log = log;
		this.listener = listener;
		this.codec = codec;
		this.letThrough = letThrough;
	}

	boolean isOpen() {
		return !this.gate.isClosed();
	}

	/**
	 * Lets no call begin any more. Doesn't wait.
	 */
	void close() {
		this.gate.close();
	}

	/**
	 * Waits for a call that began before it was closed, a second at most; not from within
	 * that call, nor from a hook that it waits for.
	 */
	void awaitLetThrough() {
		Thread caller = this.caller;
		if (caller == null || !CallChain.isOn(caller)) {
			this.gate.awaitNone(this.letThrough);
		}
	}

	@Nullable EntryId getPosition() {
		return this.position;
	}

	long getFailures() {
		return this.failures.get();
	}

	void first(FollowStart start) {
		if (start.trimmed()) {
			gap(start.first().get(0).id(), FollowGap.UNKNOWN);
		}
		this.sequence.start(start.behind());
		deliver(start.first().stream().map(this::entry).toList());
	}

	void next(List<StoredEntry> entries) {
		List<LogEntry> batch = new ArrayList<>(entries.size());
		for (StoredEntry entry : entries) {
			FollowSequence.Step step = this.sequence.next(entry);
			if ((step.deleted() || step.isGap()) && !batch.isEmpty()) {
				deliver(List.copyOf(batch));
				batch.clear();
			}
			if (step.deleted()) {
				deleted();
			}
			if (step.isGap()) {
				gap(entry.id(), step.missed());
			}
			batch.add(entry(entry));
		}
		deliver(List.copyOf(batch));
	}

	/**
	 * Looks again at a log that was deleted or went back.
	 * @param end its newest entry, {@code null} if it is gone
	 * @param position up to where entries were delivered
	 * @return the position to resume from
	 */
	EntryId reorient(@Nullable StoredEntry end, EntryId position) {
		if (end == null) {
			if (this.sequence.isStarted()) {
				this.sequence.start(null);
				deleted();
			}
			return EntryId.ZERO;
		}
		if (!this.sequence.isSameLog(end)) {
			// its first entry will show that the log is another one
			return EntryId.ZERO;
		}
		if (position.isAfter(end.id())) {
			this.sequence.start(end);
			gap(end.id(), FollowGap.UNKNOWN);
			return end.id();
		}
		return position;
	}

	void error(Throwable error) {
		call(() -> this.listener.onError(error));
	}

	private void deleted() {
		EntryId last = this.position;
		call(() -> this.listener.onDeleted(last));
		this.position = null;
	}

	private void gap(EntryId next, long missed) {
		FollowGap gap = new FollowGap(this.position, next, missed);
		call(() -> this.listener.onGap(gap));
	}

	private void deliver(List<LogEntry> entries) {
		boolean called = call(() -> this.listener.onEntries(entries));
		if (called && !entries.isEmpty()) {
			this.position = entries.get(entries.size() - 1).getId();
		}
	}

	private LogEntry entry(StoredEntry entry) {
		return entry.decodedBy(this.codec, this.log);
	}

	private boolean call(Call call) {
		return this.gate.run(() -> callListener(call));
	}

	private void callListener(Call call) {
		this.caller = Thread.currentThread();
		try {
			call.run();
		}
		catch (Throwable ex) {
			this.failures.incrementAndGet();
			logger.warn("A listener that follows the event log '" + KeyText.printable(this.log)
					+ "' failed; the follow continues", ex);
		}
		finally {
			this.caller = null;
			// meant for the listener: what reads on must not fail of it
			Thread.interrupted();
		}
	}

	/**
	 * A call of the listener.
	 */
	private interface Call {

		void run() throws Exception;

	}

	/**
	 * Where a follow begins.
	 *
	 * @param first the first batch, which may be empty
	 * @param behind the entry behind which it resumes, {@code null} from the beginning
	 * @param trimmed whether entries may be missing before the first batch
	 */
	record FollowStart(List<StoredEntry> first, @Nullable StoredEntry behind, boolean trimmed) {

		static FollowStart with(List<StoredEntry> entries) {
			return with(entries, false);
		}

		static FollowStart with(List<StoredEntry> entries, boolean trimmed) {
			return new FollowStart(entries, last(entries), trimmed);
		}

		static FollowStart behind(List<StoredEntry> entries) {
			return new FollowStart(List.of(), last(entries), false);
		}

		private static @Nullable StoredEntry last(List<StoredEntry> entries) {
			return entries.isEmpty() ? null : entries.get(entries.size() - 1);
		}

	}

}
