package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Holder;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.store.ChangeLogStore.LogState;

/**
 * What a listener of this instance orders for all instances: to pause and to resume, to
 * move the checkpoint, to forget the listener. From any thread.
 */
final class SubscriptionOrders {

	private final ListenerMembership membership;

	private final TruncationDetector truncation;

	private final Supplier<SubscriptionRun> run;

	/** Held while an order is written: none is written behind a removal. */
	private final Object writing = new Object();

	private volatile boolean removed;

	/** Who has to obey the removal. */
	private List<Holder> removal = List.of();

	/**
	 * Creates an instance.
	 * @param run what this instance runs of the listener, started or not
	 */
	SubscriptionOrders(ListenerMembership membership, TruncationDetector truncation, Supplier<SubscriptionRun> run) {
		this.membership = membership;
		this.truncation = truncation;
		this.run = run;
	}

	private AssignedPartitions partitions() {
		return this.run.get().loop().partitions();
	}

	void setPaused(boolean paused) {
		List<Holder> holders = write((partitions) -> partitions.setPaused(paused));
		this.run.get().loop().tick();
		if (paused) {
			awaitObeyed(holders);
		}
	}

	/**
	 * Writes an order, and has this instance obey. Where the listener is started again
	 * meanwhile, what that has taken before doesn't know of the order yet.
	 * @param order writes it to the store, and has partitions obey
	 * @return who has to obey
	 */
	private List<Holder> write(Function<AssignedPartitions, List<Holder>> order) {
		synchronized (this.writing) {
			requireNotRemoved();
			List<Holder> holders = new ArrayList<>();
			SubscriptionRun obeying;
			do {
				obeying = this.run.get();
				holders.addAll(order.apply(obeying.loop().partitions()));
			}
			while (obeying != this.run.get());
			return holders;
		}
	}

	void checkpoint(KvPosition position) {
		Assert.notNull(position, "'position' must not be null");
		requireNotRemoved();
		int partition = StartPosition.after(position).partitions(this.membership.partitions()).get(0);
		LogState state = this.truncation.state(partition);
		Checkpoint to = this.truncation.at(state, position);
		List<Holder> holders = completesHere(this.run.get(), to) ? List.of()
				: write((partitions) -> move(partitions, List.of(to), true));
		this.run.get().loop().tick();
		awaitObeyed(holders);
	}

	/**
	 * Where this instance has the partition, it knows what of it is under way.
	 * @return whether it does, and has written the checkpoint
	 */
	private boolean completesHere(SubscriptionRun run, Checkpoint to) {
		AssignedPartition assigned = run.loop().partitions().get(to.position().partition());
		if (assigned == null || assigned.isLeaving() || run.loop().isStopped()) {
			return false;
		}
		PartitionQueue queue = assigned.queue();
		DeliveryWindow window = queue.window();
		window.completeUpTo(to);
		run.deliveries().resumeDue(true);
		run.loop().tick();
		try {
			return queue.awaitCommitted(window, to.position());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	void seek(StartPosition position) {
		Assert.notNull(position, "'position' must not be null");
		requireNotRemoved();
		List<Checkpoint> targets = new ArrayList<>();
		for (int partition : position.partitions(this.membership.partitions())) {
			targets.add(this.truncation.at(this.truncation.state(partition), position, partition));
		}
		List<Holder> holders = write((partitions) -> move(partitions, targets, false));
		this.run.get().loop().tick();
		awaitObeyed(holders);
	}

	private static List<Holder> move(AssignedPartitions partitions, List<Checkpoint> targets, boolean forwardOnly) {
		List<Holder> holders = new ArrayList<>();
		for (Checkpoint to : targets) {
			Holder holder = partitions.move(to, forwardOnly);
			if (holder != null) {
				holders.add(holder);
			}
		}
		return holders;
	}

	/**
	 * Removes the listener.
	 * @param close ends it in this instance
	 */
	void remove(Runnable close) {
		boolean alone;
		synchronized (this.writing) {
			if (this.removed) {
				return;
			}
			// also registers this instance, which nobody would undo behind a removal
			alone = this.membership.isAlone();
		}
		close.run();
		List<Holder> holders;
		synchronized (this.writing) {
			// by another thread, and perhaps registered again since
			if (!this.removed) {
				this.removal = this.membership.remove(alone);
				this.removed = true;
			}
			holders = this.removal;
		}
		awaitObeyed(holders);
	}

	/**
	 * Waits until no instance begins an event any more that an order forbids.
	 */
	private void awaitObeyed(List<Holder> holders) {
		interruptibly(() -> {
			this.run.get().deliveries().awaitLetThrough();
			this.membership.awaitObeyed(holders);
		});
	}

	/**
	 * What is written for a listener that nobody has would be there when one of that id
	 * is to begin anew.
	 */
	private void requireNotRemoved() {
		Assert.state(!isRemoved(),
				() -> "The listener '" + this.membership.listener() + "' was removed: register it again");
	}

	/**
	 * Another instance has removed the listener.
	 */
	void removed() {
		this.removed = true;
	}

	boolean isRemoved() {
		return this.removed || partitions().isRemoved();
	}

	/**
	 * Waits; an interrupt ends that and is restored.
	 */
	static void interruptibly(Wait wait) {
		try {
			wait.run();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Something that waits.
	 */
	interface Wait {

		void run() throws InterruptedException;

	}

}
