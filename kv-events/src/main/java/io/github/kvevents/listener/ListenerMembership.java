package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.listener.ListenerStore.Holder;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.ListenerStore.Members;
import io.github.kvevents.listener.ListenerStore.PartitionStatus;
import io.github.kvevents.support.Delay;

/**
 * One listener of this instance in the store: registers it among the instances that have
 * the listener, leases partitions for it, and gives orders to all of them. From any
 * thread.
 */
final class ListenerMembership {

	/** For how long other instances find out that a listener was removed, at least. */
	private static final Duration REMEMBER = Duration.ofSeconds(30);

	/** How often to look whether another instance has obeyed. */
	private static final long LOOK_MILLIS = 20;

	private final ListenerStore store;

	private final String listener;

	private final String instance;

	private final int partitions;

	private final Duration lease;

	private final LongSupplier nanoTime;

	/**
	 * Creates a membership; nothing is sent.
	 * @param lease how long the membership and each lease last unless they are renewed
	 */
	ListenerMembership(ListenerStore store, String listener, String instance, int partitions, Duration lease,
			LongSupplier nanoTime) {
		this.store = store;
		this.listener = listener;
		this.instance = instance;
		this.partitions = partitions;
		this.lease = lease;
		this.nanoTime = nanoTime;
	}

	String listener() {
		return this.listener;
	}

	int partitions() {
		return this.partitions;
	}

	Duration lease() {
		return this.lease;
	}

	long now() {
		return this.nanoTime.getAsLong();
	}

	Members join(@Nullable Lease held, boolean quiet) {
		return this.store.join(this.listener, this.instance, this.lease, held, quiet);
	}

	void leave() {
		this.store.leave(this.listener, this.instance);
	}

	/**
	 * How many partitions this instance is to have.
	 */
	int share(Members members) {
		return share(this.instance, members.ids(), this.partitions, this.listener);
	}

	/**
	 * The shares of all instances add up to all partitions, and differ by one at most.
	 * Which instances have the larger ones differs from listener to listener: otherwise
	 * the first would do all the work of listeners with one partition.
	 */
	static int share(String instance, List<String> members, int partitions, String listener) {
		int index = members.indexOf(instance);
		if (index < 0) {
			return 0;
		}
		int rank = Math.floorMod(index + listener.hashCode(), members.size());
		return partitions / members.size() + ((rank < partitions % members.size()) ? 1 : 0);
	}

	Acquisition acquire(int partition, long since) {
		return this.store.acquire(partition, this.listener, this.instance, this.lease, since);
	}

	Lease lease(int partition, Acquisition acquisition) {
		return new Lease(this.listener, partition, this.instance, acquisition.epoch());
	}

	Kept keep(Lease held, @Nullable Checkpoint checkpoint, List<KvPosition> deadLettered, boolean quiet) {
		return this.store.keep(held, this.lease, checkpoint, deadLettered, quiet);
	}

	void obey(Lease lost) {
		this.store.obey(lost);
	}

	void release(Lease held) {
		this.store.release(held);
	}

	PartitionStatus status(int partition) {
		return this.store.status(partition, this.listener);
	}

	/**
	 * Pauses the listener for all instances, or ends that.
	 * @return which instances have to obey
	 */
	List<Holder> setPaused(boolean paused) {
		List<Holder> holders = new ArrayList<>();
		for (int partition = 0; partition < this.partitions; partition++) {
			addTo(holders, this.store.setPaused(partition, this.listener, paused));
		}
		return holders;
	}

	@Nullable Holder move(Checkpoint to, boolean forwardOnly) {
		return this.store.move(this.listener, to, forwardOnly);
	}

	/**
	 * Whether no other instance has the listener.
	 */
	boolean isAlone() {
		return join(null, false).ids().size() == 1;
	}

	/**
	 * Removes the listener for all instances.
	 * @param alone whether no other instance has to find out
	 * @return which instances have to obey
	 */
	List<Holder> remove(boolean alone) {
		Delay length = Delay.of(this.lease);
		Duration remember = Duration.ofNanos(length.plus(length).plus(length).max(Delay.of(REMEMBER)).nanos());
		List<Holder> holders = new ArrayList<>();
		for (int partition = 0; partition < this.partitions; partition++) {
			addTo(holders, this.store.remove(partition, this.listener, alone ? Duration.ZERO : remember));
		}
		return holders;
	}

	private static void addTo(List<Holder> holders, @Nullable Holder holder) {
		if (holder != null) {
			holders.add(holder);
		}
	}

	/**
	 * Waits until other instances have obeyed an order, or their leases have ended: then
	 * they begin nothing any more either.
	 */
	void awaitObeyed(List<Holder> holders) throws InterruptedException {
		long begun = now();
		for (Holder holder : holders) {
			long lasts = TimeUnit.MILLISECONDS.toNanos(holder.endsInMillis());
			boolean other = !holder.lease().instance().equals(this.instance);
			while (other && now() - begun < lasts && !this.store.hasObeyed(holder)) {
				TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
			}
		}
	}

}
