package io.github.kvevents.redis;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.stream.ByteRecord;

/**
 * One blocking read for all that wait for streams of the same slot. It has no thread: one
 * of the waiting threads sends the read for all of them. A read that leaves out a member
 * which is busy is short, so that this member can take part soon.
 */
final class SharedWait {

	/** How long to wait for a member that is about to wait too. */
	private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(3);

	/** A node that is silent for longer after the end of a read counts as away. */
	static final long SILENCE = TimeUnit.SECONDS.toNanos(1);

	private final Supplier<SharedWaits.Connection> connections;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final Set<WaitMember> members = new LinkedHashSet<>();

	private SharedWaits.@Nullable Connection connection;

	private boolean connecting;

	private WaitMember.@Nullable Read read;

	/**
	 * Creates a wait without members.
	 * @param connections connects to the node that serves the slot
	 */
	SharedWait(Supplier<SharedWaits.Connection> connections) {
		this.connections = connections;
	}

	/**
	 * Adds a member.
	 * @return the member, to be closed
	 */
	WaitMember join() {
		WaitMember member = new WaitMember(this);
		locked(() -> this.members.add(member));
		return member;
	}

	/**
	 * Removes a member. The last one closes the connection.
	 */
	void leave(WaitMember member) {
		locked(() -> {
			this.members.remove(member);
			disconnectIfUnused();
		});
	}

	/**
	 * Runs what changes a member.
	 */
	void locked(Runnable work) {
		this.lock.lock();
		try {
			work.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ends the waits of a member.
	 */
	void wakeUp(WaitMember member) {
		locked(() -> {
			member.setWoken();
			this.changed.signalAll();
		});
	}

	/**
	 * Lets the calling thread wait until its member has received something.
	 */
	void await(WaitMember member) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			this.changed.signalAll();
			while (member.isWaiting()) {
				this.changed.awaitNanos(step(member));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Lets the calling thread pause.
	 */
	void pause(WaitMember member, long nanos) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			long end = System.nanoTime() + nanos;
			for (long left = nanos; left > 0 && !member.isWoken(); left = end - System.nanoTime()) {
				this.changed.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * One step of a waiting thread.
	 * @return how long to wait before the next one, unless something changes
	 */
	private long step(WaitMember member) {
		WaitMember.Read read = this.read;
		long now = System.nanoTime();
		if (read != null && now - read.endsAt() >= SILENCE) {
			completed(read, null, new QueryTimeoutException("A node of the cluster doesn't answer"));
		}
		else if (now - member.endsAt() >= SILENCE) {
			member.giveUp();
		}
		else if (read == null && !this.connecting) {
			return (graceAt(now) > 0) ? graceAt(now) : send(now);
		}
		else if (read != null && !read.covers(member) && read.endsAt() - now > WaitMember.Read.MAX_SHORT) {
			// that read would not end in time
			disconnect();
		}
		else {
			long end = (read != null && read.endsAt() - member.endsAt() < 0) ? read.endsAt() : member.endsAt();
			return end + SILENCE - now;
		}
		return 0;
	}

	private long graceAt(long now) {
		return this.members.stream()
			.filter((member) -> !member.isWaiting())
			.mapToLong((member) -> GRACE - member.busyNanos(now))
			.max()
			.orElse(0);
	}

	private long send(long now) {
		SharedWaits.Connection connection = this.connection;
		if (connection == null) {
			connect();
			return 0;
		}
		WaitMember.Read read = new WaitMember.Read(this.members, now);
		this.read = read;
		connection.read(read.offsets(), read.count(), Duration.ofNanos(read.endsAt() - now))
			.whenComplete((entries, failure) -> locked(() -> completed(read, entries, failure)));
		return 0;
	}

	/**
	 * Connects without the lock. If that fails, it fails for all that wait.
	 */
	private void connect() {
		SharedWaits.Connection made = null;
		RuntimeException failure = null;
		this.connecting = true;
		this.lock.unlock();
		try {
			made = this.connections.get();
		}
		catch (RuntimeException ex) {
			failure = ex;
		}
		finally {
			this.lock.lock();
			this.connecting = false;
			this.connection = made;
		}
		if (failure != null) {
			for (WaitMember member : this.members) {
				member.failed(failure);
			}
		}
		disconnectIfUnused();
		this.changed.signalAll();
	}

	/**
	 * Called by any thread.
	 */
	private void completed(WaitMember.Read read, @Nullable List<ByteRecord> entries, @Nullable Throwable failure) {
		if (this.read != read) {
			// it was cut
			return;
		}
		this.read = null;
		for (WaitMember member : this.members) {
			if (read.covers(member)) {
				member.received((entries != null) ? entries : List.of(), read.isWhole(), failure);
			}
		}
		if (failure != null) {
			disconnect();
		}
		this.changed.signalAll();
	}

	private void disconnectIfUnused() {
		if (this.members.isEmpty()) {
			disconnect();
		}
	}

	private void disconnect() {
		SharedWaits.Connection connection = this.connection;
		this.connection = null;
		this.read = null;
		if (connection != null) {
			connection.close();
		}
	}

}
