package io.github.kvevents.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.LogPage;
import io.github.kvevents.support.PageSize;

/**
 * The newest entries that one of the listeners of this instance has read from the log,
 * for the others: each listener passes all entries of a partition, so that without this
 * the store would send each entry as often as there are listeners.
 * <p>
 * What is kept of a partition was read behind an entry that was still there (see
 * {@link ChangeLogStore#readOn}), so it is a piece of the log as it once was. A listener
 * that is given entries which the store has lost since is where it would be if it had
 * read them itself in time: what it reads from the store next shows the loss. Used by
 * many threads at once.
 */
final class SharedPages {

	/** How much to keep of all partitions together. */
	private static final int MAX_BYTES = 16 * PageSize.MAX_BYTES;

	private final ChangeLogStore log;

	/** How much to keep of a partition. */
	private final long maxBytes;

	/** How much to hand on at a time, as much as a page from the store has. */
	private final long pageBytes;

	/** How much of all partitions listeners leave unread. */
	private final long maxUnreadBytes;

	private final LongSupplier nanoTime;

	private final AtomicInteger listeners = new AtomicInteger();

	private final Map<Integer, LogPiece> pieces = new ConcurrentHashMap<>();

	/**
	 * Creates pages of which there are none yet.
	 */
	SharedPages(ChangeLogStore log, LongSupplier nanoTime) {
		this.log = log;
		int partitions = log.getSettings().namespace().partitions();
		this.pageBytes = PageSize.share(partitions);
		this.maxBytes = Math.min(PageSize.MAX_BYTES, MAX_BYTES / partitions);
		this.maxUnreadBytes = Math.min(MAX_BYTES, (long) partitions * PageSize.MAX_BYTES) / 4;
		this.nanoTime = nanoTime;
	}

	/**
	 * A listener begins to read. A single one has nobody to share with.
	 */
	void enter() {
		this.listeners.incrementAndGet();
	}

	/**
	 * A listener ends.
	 */
	void leave() {
		if (this.listeners.decrementAndGet() < 2) {
			forget();
		}
	}

	private boolean isShared() {
		return this.listeners.get() > 1;
	}

	/**
	 * Whether a listener is to read on although nothing is for it: later what it needs
	 * would have to be read for it alone.
	 * @param entries how many it has left unread in all partitions
	 * @param bytes the size of their values
	 */
	boolean isWorthReading(long entries, long bytes) {
		return isShared() && bytes + entries * LogPiece.ENTRY_BYTES >= this.maxUnreadBytes;
	}

	/**
	 * The feed has read up to a position.
	 */
	void see(KvPosition last) {
		LogPiece piece = this.pieces.get(last.partition());
		if (piece != null) {
			piece.see(last);
		}
	}

	/**
	 * Keeps nothing any more of partitions that were not read for some time.
	 */
	void forgetUnused() {
		this.pieces.values().removeIf(LogPiece::isUnused);
	}

	/**
	 * The store may no longer have what is kept of a partition. What is being read now
	 * isn't kept.
	 */
	void forget(int partition) {
		this.pieces.remove(partition);
	}

	/**
	 * The store may no longer have what is kept.
	 */
	void forget() {
		this.pieces.clear();
	}

	/**
	 * As {@link ChangeLogStore#readOn}, from what another listener has read where it has.
	 * Waits for a read of another one that begins at the same entry, and throws what that
	 * one throws.
	 */
	LogPage readOn(Checkpoint read, int limit) {
		if (!isShared()) {
			return this.log.readOn(read.position(), limit);
		}
		LogPiece piece = this.pieces.computeIfAbsent(read.position().partition(),
				(partition) -> new LogPiece(this.maxBytes, this.pageBytes, this.nanoTime));
		LogPiece.Reading reading = new LogPiece.Reading(read);
		LogPiece.Reading other;
		// in one step, so that nobody reads what another one has just read
		synchronized (piece) {
			LogPage page = piece.find(read, limit);
			if (page != null) {
				return page;
			}
			other = piece.begin(reading);
		}
		if (other == null) {
			return read(piece, reading, limit);
		}
		LogPage page = other.await();
		LogPage kept = piece.find(read, limit);
		if (kept != null) {
			return kept;
		}
		if (page != null && page.changes().size() > 1 && read.isOf(page.changes().get(0))) {
			int end = Math.min(page.changes().size(), limit + 1);
			return new LogPage(page.changes().subList(0, end), true);
		}
		// it may have been begun before what this listener was woken for
		return this.log.readOn(read.position(), limit);
	}

	private LogPage read(LogPiece piece, LogPiece.Reading reading, int limit) {
		Checkpoint from = reading.from();
		long start = this.nanoTime.getAsLong();
		try {
			LogPage page = this.log.readOn(from.position(), limit);
			piece.add(from, page, start);
			reading.over().complete(page);
			return page;
		}
		catch (Throwable ex) {
			if (Thread.currentThread().isInterrupted()) {
				// which is meant for this listener alone
				reading.over().complete(null);
			}
			else {
				reading.over().completeExceptionally(ex);
			}
			throw ex;
		}
		finally {
			piece.ended(reading);
		}
	}

}
