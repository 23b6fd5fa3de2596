package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.BackgroundWork.Pending;
import io.github.kvevents.support.CallChain;
import io.github.kvevents.support.CallPatience;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.LoopHealth;
import io.github.kvevents.support.Waiter;

/**
 * The thread that reads for hooks on every instance, from the first hook to the last.
 */
final class EveryInstanceWorker {

	private static final Log logger = LogFactory.getLog(EveryInstanceWorker.class);

	private static final int PAGE = 200;

	/**
	 * The feed signals when there is something to read, or to find missing: this is only
	 * in case that it signals nothing, since it can't read.
	 */
	private static final Delay MAX_WAIT = Delay.of(Duration.ofSeconds(5));

	/**
	 * What the clocks of two servers may differ by, one of which failed over to the
	 * other: rather receive a change from before than miss one.
	 */
	private static final long CLOCKS_MILLIS = Duration.ofSeconds(1).toMillis();

	private static final long STOP_MILLIS = Duration.ofSeconds(5).toMillis();

	private final ChangeLogStore store;

	private final ChangeFeed feed;

	private final Predicate<EveryInstanceWorker> current;

	private final Consumer<LoggedChange> changes;

	private final BiConsumer<KvPosition, KvPosition> gaps;

	private final Thread thread = DaemonThreads.single(this::run, "kv-hooks-every-instance");

	private final Waiter waiter = new Waiter();

	private final LoopHealth health = new LoopHealth(EveryInstanceReader.class,
			"Reading the change log for hooks on every instance");

	private final GapLog gapLog = new GapLog(LogFactory.getLog(EveryInstanceReader.class), "Hooks on every instance");

	private volatile List<LogCursor> cursors = List.of();

	private final Map<Integer, PartitionCursor> reached = new ConcurrentHashMap<>();

	private final PartitionSignals signals;

	private ChangeFeed.@Nullable Subscription subscription;

	private volatile boolean delivering;

	/** From when on changes are to be received. */
	private long begun = System.nanoTime();

	/**
	 * Creates a worker that hasn't begun.
	 * @param current whether a worker is to continue
	 * @param changes gets each entry, and returns when the next may come
	 * @param gaps gets up to where was read, and the next position
	 */
	EveryInstanceWorker(ChangeLogStore store, ChangeFeed feed, Predicate<EveryInstanceWorker> current,
			Consumer<LoggedChange> changes, BiConsumer<KvPosition, KvPosition> gaps) {
		this.store = store;
		this.feed = feed;
		this.current = current;
		this.changes = changes;
		this.gaps = gaps;
		this.signals = new PartitionSignals(store, this.waiter, this::hasReadUpTo);
	}

	/**
	 * Finds the position to read from at once if it can: what is written from now on is
	 * to be received.
	 * @param positions where a worker before this one was stopped, empty if there was
	 * none
	 * @param since from when on changes are to be received if a worker before this one
	 * was stopped while the store hadn't answered yet, otherwise {@code null}
	 */
	void begin(Map<Integer, PartitionCursor> positions, @Nullable Long since) {
		this.begun = (since != null) ? since : this.begun;
		try {
			this.cursors = new TreeMap<>(positions).values()
				.stream()
				.map((position) -> LogCursor.resume(this.store, position))
				.toList();
			this.reached.putAll(positions);
			if (positions.isEmpty() && since == null) {
				findEnds();
			}
		}
		catch (RuntimeException ex) {
			this.health.failed(ex);
		}
		ChangeFeed.Subscription subscription = this.feed.subscribe(this.signals);
		this.subscription = subscription;
		try {
			this.thread.start();
		}
		catch (OutOfMemoryError ex) {
			subscription.close();
			throw ex;
		}
	}

	private void findEnds() {
		List<LogCursor> ends = new ArrayList<>();
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			ends.add(new LogCursor(this.store, PartitionCursor.end(this.store.getState(partition))));
		}
		readFrom(ends);
	}

	/**
	 * Finds by the clock of the store where the log was at the beginning, when it didn't
	 * answer.
	 */
	private void findBeginnings() {
		List<LogCursor> beginnings = new ArrayList<>();
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			long now = this.store.askMillis(partition);
			long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.begun);
			// clocks also run at different speeds
			long since = now - elapsed - elapsed / 1000 - CLOCKS_MILLIS;
			beginnings.add(new LogCursor(this.store, PartitionCursor.since(since, this.store.getState(partition))));
		}
		readFrom(beginnings);
	}

	private void readFrom(List<LogCursor> cursors) {
		cursors.forEach((cursor) -> this.reached.put(cursor.position().position().partition(), cursor.position()));
		this.cursors = List.copyOf(cursors);
	}

	private boolean hasReadUpTo(KvPosition last) {
		List<LogCursor> cursors = this.cursors;
		return last.partition() < cursors.size() && cursors.get(last.partition()).isAt(last);
	}

	private void run() {
		while (this.current.test(this)) {
			try {
				this.waiter.reset();
				boolean more = readOnce();
				this.health.succeeded();
				Delay logging = this.gapLog.logIfDue();
				if (!more) {
					this.waiter.awaitQuietly(MAX_WAIT.min(logging));
					this.signals.addAllIfNone();
				}
			}
			catch (Throwable ex) {
				this.waiter.awaitQuietly(this.health.failed(ex));
			}
		}
		this.gapLog.log();
	}

	private boolean readOnce() {
		if (this.cursors.isEmpty()) {
			findBeginnings();
		}
		boolean more = false;
		RuntimeException failure = null;
		for (LogCursor cursor : this.cursors) {
			int partition = cursor.position().position().partition();
			try {
				more |= this.signals.take(partition) && read(cursor);
			}
			catch (RuntimeException ex) {
				this.signals.failed(partition);
				failure = ex;
			}
			catch (Error ex) {
				this.signals.add(partition);
				throw ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
		return more;
	}

	private boolean read(LogCursor cursor) {
		List<LoggedChange> read = CallPatience
			.brief(() -> cursor.read(PAGE, (gap) -> missed(gap.after(), gap.next().position())));
		int partition = cursor.position().position().partition();
		this.signals.succeeded(partition);
		deliver(read, cursor.position());
		if (!read.isEmpty()) {
			this.signals.add(partition);
		}
		return !read.isEmpty();
	}

	private void missed(KvPosition after, KvPosition next) {
		this.gapLog.add(after, next);
		CallPatience.usual(() -> this.gaps.accept(after, next));
	}

	private void deliver(List<LoggedChange> changes, PartitionCursor end) {
		long left = changes.size();
		for (LoggedChange change : changes) {
			if (!this.current.test(this)) {
				return;
			}
			deliver(change);
			left--;
			this.reached.put(change.position().partition(), end.before(change.position(), left));
		}
		this.reached.put(end.position().partition(), end);
	}

	/**
	 * From when on changes are to be received, {@code null} if it is known where those
	 * are in the log.
	 */
	@Nullable Long unfoundSince() {
		return this.cursors.isEmpty() ? this.begun : null;
	}

	/**
	 * Behind what was delivered, in each partition. Empty if it has not begun.
	 */
	Map<Integer, PartitionCursor> reached() {
		return Map.copyOf(this.reached);
	}

	/**
	 * What of the log was not delivered yet. From any thread.
	 */
	Pending pendingWork() {
		long added = 0;
		boolean behind = false;
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			LogState state = this.store.getState(partition);
			PartitionCursor reached = this.reached.get(partition);
			added += state.added();
			behind |= reached == null || reached.position().compareTo(state.last()) < 0;
		}
		return new Pending(added,
				behind ? List.of("Hooks on every instance have not received the end of the change log") : List.of());
	}

	private void deliver(LoggedChange change) {
		this.delivering = true;
		try {
			this.changes.accept(change);
		}
		catch (Throwable ex) {
			logger.error("The change at '" + change.position() + "' could not be dispatched to the hooks", ex);
		}
		finally {
			this.delivering = false;
		}
	}

	/**
	 * Lets the thread see that it is to end.
	 */
	void end() {
		if (this.subscription != null) {
			this.subscription.close();
		}
		this.waiter.wakeUp();
	}

	/**
	 * Waits some seconds for the hook that is called, and interrupts it then; not if it
	 * is that hook which stops the application.
	 */
	void await() {
		if (CallChain.isOn(this.thread)) {
			return;
		}
		try {
			this.thread.join(STOP_MILLIS);
			if (this.thread.isAlive()) {
				logger.warn("The thread '" + this.thread.getName() + "' did not stop within " + STOP_MILLIS
						+ " ms and is interrupted: "
						+ (this.delivering ? "a hook is busy" : "the store doesn't answer"));
				this.thread.interrupt();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
