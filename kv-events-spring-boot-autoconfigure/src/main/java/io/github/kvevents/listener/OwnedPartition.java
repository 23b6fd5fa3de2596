package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.store.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * A partition that this instance has for a listener: reads on, queues what is to be
 * handled and writes how far it is. For the thread of the loop, where nothing else is
 * said.
 */
final class OwnedPartition {

	/** How many entries to read at a time at least: many may be filtered. */
	private static final int MIN_PAGE = 100;

	private final SubscriptionParts parts;

	private final Lease lease;

	private final Passed passed;

	private final Set<KvPosition> asideBefore;

	private final Deque<LoggedChange> buffer = new ArrayDeque<>();

	private volatile Window window;

	private volatile long leaseEndsAt;

	private volatile LogState state;

	private volatile long handedOn;

	private Checkpoint read;

	private Trail trail;

	private @Nullable Restart restart;

	private volatile boolean tellingOfGap;

	private volatile boolean paused;

	private boolean lost;

	/**
	 * Creates an instance.
	 * @param asideBefore places behind the checkpoint that were put aside by whoever had
	 * the partition before
	 * @param acquiredAt when the lease was asked for
	 */
	OwnedPartition(SubscriptionParts parts, Lease lease, Checkpoint checkpoint, Set<KvPosition> asideBefore,
			boolean paused, LogState state, long acquiredAt) {
		this.parts = parts;
		this.lease = lease;
		this.passed = parts.passedIn(lease.partition());
		this.asideBefore = new HashSet<>(asideBefore);
		this.paused = paused;
		this.state = state;
		this.window = new Window(parts.windowSize(), checkpoint, this.passed, Set.of());
		this.trail = checkpoint.trail();
		this.read = checkpoint;
		this.handedOn = checkpoint.ordinal();
		renewedAt(acquiredAt);
	}

	Lease lease() {
		return this.lease;
	}

	/**
	 * Whether nobody else can have taken the partition yet, as far as this instance's
	 * clock tells. From any thread.
	 */
	boolean isLeaseFresh() {
		return this.parts.nanoTime().getAsLong() - this.leaseEndsAt < 0;
	}

	private void renewedAt(long nanos) {
		this.leaseEndsAt = nanos + this.parts.settings().lease().toNanos();
	}

	/**
	 * Looks whether the log is the one that the checkpoint speaks of, and writes down
	 * where a listener begins that is new.
	 * @param lostAfter what this instance had reached when the store lost it, if it did
	 */
	void begin(boolean anew, @Nullable KvPosition lostAfter) {
		look(this.state);
		this.passed.goOnFrom(this.read.position());
		// if that fails it all begins again, and the loss is still to be told of
		if (anew && !write()) {
			return;
		}
		this.passed.reached(this.read);
		if (lostAfter != null && this.restart == null) {
			tellOfGap(lostAfter);
		}
	}

	/**
	 * Renews the lease, and looks whether the log still is the one that was read.
	 */
	void renew() {
		if (!this.lost && keep(this.window, this.trail, this.window.hasProgress())) {
			look(this.parts.log().getState(this.lease.partition()));
		}
	}

	private boolean write() {
		return keep(this.window, this.trail, true);
	}

	private boolean keep(Window window, Trail trail, boolean write) {
		Window.Progress progress = window.progress();
		Trail longer = write ? trail.with(progress.mark().position(), progress.mark().operationId()) : trail;
		long now = this.parts.nanoTime().getAsLong();
		Duration duration = this.parts.settings().lease();
		Kept kept = this.parts.store()
			.keep(this.lease, duration, write ? progress.toCheckpoint(longer) : null, progress.aside());
		if (kept == Kept.LOST) {
			lose();
			return false;
		}
		renewedAt(now);
		this.paused = kept == Kept.PAUSED;
		if (write) {
			this.trail = longer;
			window.written(progress);
			this.passed.reached(progress.toCheckpoint(longer));
		}
		return true;
	}

	/**
	 * Looks for changes that were missed. What was read and the store lost isn't begun
	 * any more; what was read and was removed meanwhile is finished first.
	 */
	private void look(LogState state) {
		this.state = state;
		if (this.restart != null || this.tellingOfGap) {
			return;
		}
		if (this.parts.continuity().isLost(state, this.read)) {
			this.window.leave();
			this.buffer.clear();
			this.restart = Restart.LOST;
		}
		else if (LogContinuity.isTrimmed(state, this.read)) {
			this.restart = Restart.TRIMMED;
		}
		else if (state.last().equals(this.read.position())) {
			this.read = this.read.withOrdinal(state.added());
			this.handedOn = this.buffer.isEmpty() ? state.added() : this.handedOn;
		}
	}

	/**
	 * Writes what is to be written, reads and queues.
	 * @return whether there is more to do at once
	 */
	boolean turn() {
		if (this.lost || (this.window.isDue() && !write())) {
			return false;
		}
		if (this.paused || this.tellingOfGap) {
			return false;
		}
		if (this.restart != null && this.buffer.isEmpty()) {
			return restart(this.restart);
		}
		queue();
		if (!this.buffer.isEmpty() || this.restart != null || this.window.isLeaving()) {
			return false;
		}
		boolean more = read();
		queue();
		return more && this.buffer.isEmpty();
	}

	private boolean restart(Restart restart) {
		if (this.window.open() > 0) {
			return false;
		}
		KvPosition after = this.read.position();
		Checkpoint to = LogContinuity.earliest(this.state, this.lease.partition());
		Set<KvPosition> marks = new HashSet<>(this.window.aside());
		if (restart == Restart.LOST) {
			Checkpoint reached = this.window.progress().toCheckpoint(this.trail);
			after = reached.position();
			Checkpoint agreed = this.parts.continuity().agreed(this.state, reached, this.passed);
			to = (agreed != null) ? agreed : to;
			// what is at these places from now on was not put aside
			marks.addAll(this.asideBefore);
		}
		Window next = new Window(this.parts.windowSize(), to, this.passed, marks);
		if (!keep(next, to.trail(), true)) {
			return false;
		}
		this.asideBefore.removeAll(marks);
		this.passed.goOnFrom(to.position());
		this.window = next;
		this.read = to;
		this.handedOn = to.ordinal();
		this.restart = null;
		tellOfGap(after);
		return false;
	}

	/**
	 * Tells of changes that were missed, before anything behind them is read.
	 */
	private void tellOfGap(KvPosition after) {
		this.tellingOfGap = true;
		this.parts.tellOf(new LogGapEvent(this.parts.source(), "listener " + this.lease.listener(),
				this.lease.partition(), after, this.read.position()), () -> this.tellingOfGap = false);
	}

	private boolean read() {
		int limit = Math.max(this.parts.options().getBatchSize(), MIN_PAGE);
		List<LoggedChange> page = this.parts.continuity().readFrom(this.read, limit);
		boolean more = page.size() > limit;
		if (!page.isEmpty() && this.read.isOf(page.get(0))) {
			page = page.subList(1, page.size());
		}
		else {
			// it was removed, perhaps with some behind it, or the log is another one
			look(this.parts.log().getState(this.lease.partition()));
			KvPosition place = this.read.position();
			if (this.restart != null || page.stream().anyMatch((change) -> change.position().equals(place))) {
				return true;
			}
		}
		if (!page.isEmpty()) {
			this.buffer.addAll(page);
			this.read = this.read.next(page.get(page.size() - 1), page.size());
		}
		return more;
	}

	private void queue() {
		List<Delivery> deliveries = new ArrayList<>();
		int room = this.window.room();
		while (!this.buffer.isEmpty() && deliveries.size() < room) {
			LoggedChange next = this.buffer.remove();
			boolean aside = this.asideBefore.contains(next.position());
			Choice choice = (aside || this.window.isDone(next.position())) ? Choice.DONE
					: this.parts.policy().choose(next);
			this.handedOn = Checkpoint.further(this.handedOn, 1);
			if (choice == Choice.NO || choice == Choice.DONE) {
				this.window.pass(next, this.handedOn, aside);
			}
			else {
				deliveries.add(new Delivery(this, this.window, this.window.admit(next, this.handedOn),
						this.parts.lane(next), choice, this.parts.policy()));
			}
		}
		this.parts.lanes().submit(deliveries);
	}

	/**
	 * Takes everything up to a place as done with. From any thread.
	 */
	void completeUpTo(KvPosition position) {
		this.window.completeUpTo(position);
	}

	/**
	 * Begins nothing more.
	 */
	void leave() {
		this.window.leave();
	}

	private void lose() {
		this.lost = true;
		if (this.window.hasProgress()) {
			this.passed.reached(this.window.progress().toCheckpoint(this.trail));
		}
		// whoever takes the partition next finds out by itself where to go on
		this.restart = null;
		this.window.lose();
	}

	boolean isLost() {
		return this.lost;
	}

	boolean isLeaving() {
		return this.window.isLeaving() && this.restart == null;
	}

	boolean isPaused() {
		return this.paused;
	}

	void setPaused(boolean paused) {
		this.paused = paused;
	}

	/**
	 * Whether nothing is under way any more.
	 */
	boolean isIdle() {
		return this.window.open() == 0;
	}

	/**
	 * Writes how far it is and gives the partition back. Where a handler doesn't end, the
	 * lease has to: until then nobody else may handle what comes behind.
	 */
	void release() {
		if (!this.lost && (!this.window.hasProgress() || write()) && isIdle()) {
			this.parts.store().release(this.lease);
		}
	}

	/**
	 * How many entries are not done with, as far as is known. From any thread.
	 */
	long lag() {
		return Lag.of(this.state, this.window.progress().toCheckpoint(Trail.EMPTY));
	}

	/**
	 * Why to go on from another place: the log is no longer the one that was read, or
	 * what comes next was removed from it.
	 */
	private enum Restart {

		LOST, TRIMMED

	}

}
