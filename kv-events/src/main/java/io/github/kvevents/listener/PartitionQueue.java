package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.DeliveryPolicy.Choice;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * What was read of a partition and isn't done with: selects the events of the listener,
 * and queues as many as there is room for. Confined to the thread of the loop, where
 * nothing else is said.
 */
final class PartitionQueue {

	private final PartitionLease held;

	private final PartitionReader reader;

	private final PendingDeliveries deliveries;

	private final DeliveryPolicy policy;

	private final long maxOpenBytes;

	private final Set<KvPosition> deadLetteredBefore;

	private volatile DeliveryWindow window;

	private volatile boolean moved;

	/**
	 * Creates an empty queue.
	 * @param reader at the checkpoint
	 * @param deadLetteredBefore positions behind the checkpoint that the owner before
	 * made dead letters
	 * @param maxOpenBytes how large the events may be that are queued or in flight
	 */
	PartitionQueue(PartitionLease held, PartitionReader reader, Set<KvPosition> deadLetteredBefore,
			PendingDeliveries deliveries, DeliveryPolicy policy, long maxOpenBytes) {
		this.held = held;
		this.reader = reader;
		this.deliveries = deliveries;
		this.policy = policy;
		this.maxOpenBytes = maxOpenBytes;
		this.deadLetteredBefore = new HashSet<>(deadLetteredBefore);
		this.window = windowAt(reader.checkpoint(), Set.of());
	}

	/**
	 * A window for events behind another position.
	 * @param settled positions that are no dead letters any more
	 */
	DeliveryWindow windowAt(Checkpoint checkpoint, Set<KvPosition> settled) {
		return new DeliveryWindow(this.policy.windowSize(), checkpoint, this.held.processed(), settled);
	}

	/**
	 * The window of the events that are queued now. From any thread.
	 */
	DeliveryWindow window() {
		return this.window;
	}

	/**
	 * Queues what was read, as far as there is room.
	 */
	void fill() {
		List<Delivery> admitted = new ArrayList<>();
		while (!this.reader.isEmpty() && hasRoom()) {
			LoggedChange next = this.reader.next();
			boolean deadLettered = this.deadLetteredBefore.contains(next.position());
			Choice choice = (deadLettered || this.window.isDone(next.position())) ? Choice.DONE
					: this.policy.choose(next);
			if (choice == Choice.NO || choice == Choice.DONE) {
				this.window.pass(next, this.reader.ordinal(), deadLettered);
			}
			else {
				admitted.add(new Delivery(this.held, this.window, this.window.admit(next, this.reader.ordinal()), next,
						this.policy.key(next), choice, this.policy));
			}
		}
		this.deliveries.submit(admitted);
	}

	/**
	 * Whether one more event may wait: few large ones take as much memory as many small
	 * ones. One may always.
	 */
	private boolean hasRoom() {
		return this.window.room() > 0 && (this.window.open() == 0 || this.window.openBytes() < this.maxOpenBytes);
	}

	/**
	 * The positions of dead letters that count for nothing where the listener resumes
	 * from another position.
	 * @param lost whether the store lost what was read: what is at these positions from
	 * now on is no dead letter
	 */
	Set<KvPosition> settled(boolean lost) {
		Set<KvPosition> settled = new HashSet<>(this.window.deadLettered());
		if (lost) {
			settled.addAll(this.deadLetteredBefore);
		}
		return settled;
	}

	/**
	 * Resumes from another position, with nothing queued.
	 */
	void resumeFrom(Checkpoint checkpoint, DeliveryWindow window, Set<KvPosition> settled) {
		this.deadLetteredBefore.removeAll(settled);
		DeliveryWindow before = this.window;
		this.window = window;
		// who has it taken as done with up to a position is not to wait for that here
		before.lose();
		if (this.moved) {
			window.lose();
		}
		this.reader.resumeFrom(checkpoint);
	}

	/**
	 * Begins nothing of this position any more, since the checkpoint was moved. From any
	 * thread.
	 */
	void moved() {
		this.moved = true;
		this.window.lose();
	}

	/**
	 * Begins nothing more, or only what comes before an event that was begun.
	 */
	void leave() {
		if (this.held.isPaused()) {
			this.window.pause();
		}
		this.window.leave();
	}

	/**
	 * Begins nothing any more, since this instance no longer has the partition: nobody
	 * writes down either what is taken as done with.
	 */
	void end() {
		this.window.lose();
	}

	/**
	 * Waits until the store knows that everything up to a position is done with. From any
	 * thread.
	 * @param window the one that takes it as that
	 * @return whether it does; not if this instance lost the partition or resumes from
	 * another position, or that takes longer than a lease
	 */
	boolean awaitCommitted(DeliveryWindow window, KvPosition position) throws InterruptedException {
		return window.awaitCommitted(position, this.held.length());
	}

	/**
	 * Whether not everything up to a checkpoint is done with here. From any thread.
	 */
	boolean isBehind(Checkpoint checkpoint) {
		return this.window.progress().mark().position().compareTo(checkpoint.position()) < 0;
	}

	/**
	 * Whether all that the log holds is done with. From any thread.
	 */
	boolean isAtEnd(LogState state) {
		return this.window.progress().mark().position().compareTo(state.last()) >= 0;
	}

	/**
	 * How many entries are not done with, as far as is known. From any thread.
	 */
	long lag() {
		return Checkpoint.lag(this.reader.state(), this.window.progress().toCheckpoint(History.EMPTY));
	}

}
