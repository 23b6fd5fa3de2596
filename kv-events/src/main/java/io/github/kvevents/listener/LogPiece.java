package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore.LogPage;
import io.github.kvevents.store.LoggedChange;

/**
 * What the listeners of an instance have read last of a partition: entries without a gap,
 * and what is being read. Used by many threads at once.
 */
final class LogPiece {

	/**
	 * For how long a read that found the end of the log tells others that there is
	 * nothing more, unless the feed has seen something meanwhile.
	 */
	private static final long END_AGE = TimeUnit.MILLISECONDS.toNanos(100);

	/** Listeners read more often, if there is something to read. */
	private static final long UNUSED = TimeUnit.SECONDS.toNanos(5);

	/** What an entry takes besides its values. */
	static final int ENTRY_BYTES = 256;

	private final long maxBytes;

	private final long pageBytes;

	private final LongSupplier nanoTime;

	private List<LoggedChange> changes = new ArrayList<>();

	private long bytes;

	/** When a read began that found nothing behind the last entry. */
	private @Nullable Long endAt;

	private long readAt;

	private @Nullable KvPosition seen;

	/** What is being read, by where it begins. */
	private final Map<KvPosition, Reading> readings = new HashMap<>();

	/**
	 * Creates a piece without entries.
	 * @param maxBytes how much to keep
	 * @param pageBytes how much to hand on at a time
	 */
	LogPiece(long maxBytes, long pageBytes, LongSupplier nanoTime) {
		this.maxBytes = maxBytes;
		this.pageBytes = pageBytes;
		this.nanoTime = nanoTime;
		this.readAt = nanoTime.getAsLong();
	}

	/**
	 * The feed has read up to a position.
	 */
	synchronized void see(KvPosition last) {
		if (this.seen == null || this.seen.compareTo(last) < 0) {
			this.seen = last;
		}
	}

	/**
	 * Whether it was not read from the store for some time.
	 */
	synchronized boolean isUnused() {
		return this.nanoTime.getAsLong() - this.readAt >= UNUSED;
	}

	/**
	 * What follows an entry.
	 * @return {@code null} if that isn't known
	 */
	synchronized @Nullable LogPage find(Checkpoint read, int limit) {
		int from = indexOf(read);
		int end = this.changes.size();
		if (from < 0 || (from == end - 1 && !isEnd())) {
			return null;
		}
		int to = end(from, limit);
		return new LogPage(List.copyOf(this.changes.subList(from, to)), to < end || !isEnd());
	}

	private int end(int from, int limit) {
		int most = Math.min(this.changes.size(), from + 1 + limit);
		int end = from + 1;
		long bytes = 0;
		while (end < most && bytes < this.pageBytes) {
			bytes += bytes(this.changes.get(end++));
		}
		return end;
	}

	private int indexOf(Checkpoint read) {
		int low = 0;
		int high = this.changes.size() - 1;
		while (low <= high) {
			int middle = (low + high) >>> 1;
			int order = this.changes.get(middle).position().compareTo(read.position());
			if (order == 0) {
				return read.isOf(this.changes.get(middle)) ? middle : -1;
			}
			low = (order < 0) ? middle + 1 : low;
			high = (order < 0) ? high : middle - 1;
		}
		return -1;
	}

	private boolean isEnd() {
		Long found = this.endAt;
		return found != null && this.nanoTime.getAsLong() - found < END_AGE
				&& (this.seen == null || this.seen.compareTo(last().position()) <= 0);
	}

	private LoggedChange last() {
		return this.changes.get(this.changes.size() - 1);
	}

	/**
	 * Notes a read that is to begin.
	 * @return another one that is under way and begins at the same entry
	 */
	synchronized @Nullable Reading begin(Reading begun) {
		Reading other = this.readings.putIfAbsent(begun.from().position(), begun);
		return (other != null && other.isOf(begun.from())) ? other : null;
	}

	synchronized void ended(Reading over) {
		this.readings.remove(over.from().position(), over);
	}

	/**
	 * Adds what was read behind an entry.
	 * @param start when the read began
	 */
	synchronized void add(Checkpoint from, LogPage page, long start) {
		List<LoggedChange> read = page.changes();
		boolean found = !read.isEmpty() && from.isOf(read.get(0));
		boolean further = !this.changes.isEmpty() && from.isOf(last());
		if (!found) {
			if (further) {
				// the log isn't what it was
				clear();
			}
			return;
		}
		if (!further && !isNewer(read)) {
			return;
		}
		if (!further) {
			clear();
		}
		List<LoggedChange> added = further ? read.subList(1, read.size()) : read;
		this.changes.addAll(added);
		this.bytes += added.stream().mapToLong(LogPiece::bytes).sum();
		this.endAt = page.more() ? null : Long.valueOf(start);
		this.readAt = start;
		cut();
	}

	private boolean isNewer(List<LoggedChange> read) {
		return this.changes.isEmpty() || read.get(read.size() - 1).position().compareTo(last().position()) > 0;
	}

	private static long bytes(LoggedChange change) {
		return change.bytes() + ENTRY_BYTES;
	}

	private void cut() {
		int first = 0;
		while (this.bytes > this.maxBytes) {
			this.bytes -= bytes(this.changes.get(first++));
		}
		if (first == this.changes.size()) {
			clear();
		}
		else if (first > 0) {
			this.changes.subList(0, first).clear();
		}
	}

	private void clear() {
		this.changes = new ArrayList<>();
		this.bytes = 0;
		this.endAt = null;
	}

	/**
	 * A read from the store that is under way.
	 */
	record Reading(Checkpoint from, CompletableFuture<@Nullable LogPage> over) {

		Reading(Checkpoint from) {
			this(from, new CompletableFuture<>());
		}

		boolean isOf(Checkpoint other) {
			return this.from.position().equals(other.position()) && this.from.operationId().equals(other.operationId());
		}

		/**
		 * Waits for what it reads.
		 * @return {@code null} if the one who reads was interrupted, or who waits
		 */
		@Nullable LogPage await() {
			try {
				return this.over.get();
			}
			catch (InterruptedException ex) {
				// for the driver to find
				Thread.currentThread().interrupt();
				return null;
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof RuntimeException failure) {
					throw failure;
				}
				throw new IllegalStateException("Another listener failed to read the change log", ex.getCause());
			}
		}

	}

}
