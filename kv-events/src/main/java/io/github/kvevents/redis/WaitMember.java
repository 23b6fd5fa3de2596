package io.github.kvevents.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.StreamOffset;

import io.github.kvevents.support.StoreFailure;

/**
 * One that waits for new entries of streams, together with others that wait for streams
 * of the same slot. Confined to one thread, except where noted. For our packages.
 */
public final class WaitMember implements AutoCloseable {

	/** How often to look for entries while the streams can't be awaited. */
	private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

	private final SharedWait wait;

	private List<StreamOffset<byte[]>> offsets = List.of();

	private int count;

	private long endsAt;

	private long busySince = System.nanoTime();

	private @Nullable Awaited outcome;

	private @Nullable RuntimeException failure;

	private boolean woken;

	WaitMember(SharedWait wait) {
		this.wait = wait;
	}

	/**
	 * Waits for new entries.
	 * @param offsets after which entry of which stream, at least one
	 * @param count how many entries of each stream at most
	 * @param longest how long to wait
	 * @return the entries; none when the time is up, or earlier
	 * @throws RuntimeException a {@code DataAccessException} if the node is away or
	 * refuses, or if the thread is interrupted
	 */
	public Awaited await(List<StreamOffset<byte[]>> offsets, int count, Duration longest) {
		try {
			this.wait.locked(() -> begin(offsets, count, longest));
			this.wait.await(this);
			return result();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisSystemException("Interrupted while waiting for new entries", ex);
		}
		finally {
			this.wait.locked(this::end);
		}
	}

	private void begin(List<StreamOffset<byte[]>> offsets, int count, Duration longest) {
		this.offsets = List.copyOf(offsets);
		this.count = count;
		this.endsAt = System.nanoTime() + longest.toNanos();
		this.outcome = null;
		this.failure = null;
	}

	private void end() {
		this.offsets = List.of();
		this.busySince = System.nanoTime();
	}

	private Awaited result() throws InterruptedException {
		if (this.failure != null) {
			if (!StoreFailure.isNotServed(this.failure) && !StoreFailure.reason(this.failure).startsWith("UNBLOCKED")) {
				throw this.failure;
			}
			// a slot that moves, or a new primary: the driver finds the streams one by
			// one
			this.wait.pause(this, LOOK);
		}
		return (this.outcome != null) ? this.outcome : new Awaited(List.of(), this.failure == null);
	}

	/**
	 * Ends the wait, and all further ones at once. For any thread.
	 */
	public void wakeUp() {
		this.wait.wakeUp(this);
	}

	/**
	 * Waits for nothing any more. For any thread.
	 */
	@Override
	public void close() {
		this.wait.leave(this);
	}

	// below with the lock of the wait

	List<StreamOffset<byte[]>> offsets() {
		return this.offsets;
	}

	int count() {
		return this.count;
	}

	long endsAt() {
		return this.endsAt;
	}

	boolean isWaiting() {
		return !this.offsets.isEmpty() && this.outcome == null && this.failure == null && !this.woken;
	}

	boolean isWoken() {
		return this.woken;
	}

	long busyNanos(long now) {
		return now - this.busySince;
	}

	void setWoken() {
		this.woken = true;
	}

	/**
	 * A read has ended.
	 * @param entries entries of any member
	 * @param whole whether the read was as long as it should be
	 * @param failure why it failed, {@code null} if it didn't
	 */
	void received(List<ByteRecord> entries, boolean whole, @Nullable Throwable failure) {
		List<ByteRecord> own = entries.stream().filter(this::isOwn).toList();
		if (failure != null) {
			failed((failure instanceof RuntimeException known) ? known
					: new RedisSystemException("Waiting for new entries failed", failure));
		}
		else if (!own.isEmpty() || (entries.isEmpty() && whole)) {
			outcome(new Awaited(own, true));
		}
	}

	private void outcome(Awaited outcome) {
		this.outcome = outcome;
		this.busySince = System.nanoTime();
	}

	private boolean isOwn(ByteRecord entry) {
		return this.offsets.stream().anyMatch((offset) -> Arrays.equals(offset.getKey(), entry.getStream()));
	}

	void giveUp() {
		outcome(Awaited.UNKNOWN);
	}

	void failed(RuntimeException failure) {
		if (isWaiting()) {
			this.failure = failure;
			this.busySince = System.nanoTime();
		}
	}

	/**
	 * What a member has received.
	 *
	 * @param entries entries of its streams
	 * @param known {@code false} if the streams could not be awaited: there may be any
	 * entries
	 */
	public record Awaited(List<ByteRecord> entries, boolean known) {

		private static final Awaited UNKNOWN = new Awaited(List.of(), false);

	}

	/**
	 * A read that was sent for the members that wait. If it leaves out one that is busy,
	 * it is short.
	 */
	static final class Read {

		private static final long MIN_SHORT = TimeUnit.MILLISECONDS.toNanos(20);

		static final long MAX_SHORT = TimeUnit.MILLISECONDS.toNanos(200);

		private final Map<WaitMember, List<StreamOffset<byte[]>>> covered = new HashMap<>();

		private final List<StreamOffset<byte[]>> offsets = new ArrayList<>();

		private final boolean whole;

		private final int count;

		private final long endsAt;

		Read(Set<WaitMember> members, long now) {
			long block = Long.MAX_VALUE;
			int count = Integer.MAX_VALUE;
			for (WaitMember member : members) {
				if (member.isWaiting()) {
					this.covered.put(member, member.offsets());
					this.offsets.addAll(member.offsets());
					block = Math.min(block, member.endsAt() - now);
					count = Math.min(count, member.count());
				}
				else {
					// the longer it has been busy, the less it minds
					block = Math.min(block, Math.min(MAX_SHORT, Math.max(MIN_SHORT, member.busyNanos(now))));
				}
			}
			this.whole = this.covered.size() == members.size();
			this.count = count;
			this.endsAt = now + Math.max(TimeUnit.MILLISECONDS.toNanos(1), block);
		}

		boolean covers(WaitMember member) {
			return member.isWaiting() && member.offsets().equals(this.covered.get(member));
		}

		List<StreamOffset<byte[]>> offsets() {
			return this.offsets;
		}

		int count() {
			return this.count;
		}

		long endsAt() {
			return this.endsAt;
		}

		boolean isWhole() {
			return this.whole;
		}

	}

}
