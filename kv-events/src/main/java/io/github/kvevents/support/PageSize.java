package io.github.kvevents.support;

import org.springframework.util.Assert;

/**
 * Adapts how much is read from a store at once, so that neither the memory of this
 * process nor the output buffer of the server depends on the size of values. A failed
 * read is retried with a quarter, down to a single entry; each success doubles the size
 * again. Used by many threads at once.
 */
public final class PageSize {

	/**
	 * The maximum size of all pages that are read in parallel: a round trip is cheap in
	 * comparison, and common output buffers and heaps are far larger.
	 */
	public static final int MAX_BYTES = 1 << 20;

	/** Smaller pages have no benefit, except for single entries. */
	public static final int MIN_BYTES = 64 << 10;

	private static final int ONE_ENTRY = 1;

	private static final int SHRINK = 4;

	private static final int NOTEWORTHY_BYTES = 1 << 10;

	private final int maxBytes;

	private final int first;

	private int bytes;

	private int largest;

	private int count;

	/**
	 * Creates a size that starts with one entry for reads that are bounded by count.
	 * @param sharers how many pages may be read in parallel, at least 1
	 */
	public PageSize(int sharers) {
		this(sharers, 1);
	}

	/**
	 * Creates a size.
	 * @param sharers how many pages may be read in parallel, at least 1
	 * @param count how many entries to start with for reads that are bounded by count
	 */
	public PageSize(int sharers, int count) {
		Assert.isTrue(sharers > 0, () -> "'sharers' must be positive but was " + sharers);
		this.maxBytes = share(sharers);
		this.bytes = this.maxBytes;
		this.first = count;
		this.count = count;
	}

	/**
	 * How many bytes one page may have, so that all of them together stay within
	 * {@link #MAX_BYTES} unless single entries are larger.
	 * @param sharers how many pages may be read in parallel, at least 1
	 * @return the number of bytes
	 */
	public static int share(int sharers) {
		return Math.max(MIN_BYTES, MAX_BYTES / sharers);
	}

	/**
	 * The largest entry that this process can read: a client has several copies of it
	 * while it reads it.
	 * @return the number of bytes
	 */
	public static long maxEntryBytes() {
		return Runtime.getRuntime().maxMemory() / 4;
	}

	/**
	 * How many bytes a reader may buffer before it passes them on. Depends on the heap,
	 * and is never less than a page.
	 * @param sharers how many such readers there are
	 * @return the number of bytes
	 */
	public static long readAheadBytes(int sharers) {
		return Math.max(MAX_BYTES, Runtime.getRuntime().maxMemory() / 32 / sharers);
	}

	/**
	 * How many bytes to read. A page has at least one entry, however large that is.
	 * @return the number of bytes, 1 for a single entry
	 */
	public synchronized int bytes() {
		return this.bytes;
	}

	/**
	 * Whether a read of the given size is for a single entry.
	 * @param bytes how many bytes to read
	 * @return whether it is the minimum
	 */
	public static boolean isOneEntry(int bytes) {
		return bytes == ONE_ENTRY;
	}

	/**
	 * The size for the retry of a failed read.
	 * @param bytes the size of the failed read
	 * @return how many to read, 1 for a single entry
	 */
	public static int smaller(int bytes) {
		return (bytes / SHRINK >= MIN_BYTES / SHRINK) ? bytes / SHRINK : ONE_ENTRY;
	}

	/**
	 * How many entries to read with a command that can't be bounded in bytes: starts with
	 * few and doubles while pages are full, as long as entries of the size seen last
	 * would fit.
	 * @param limit how many at most
	 * @return the number, at least 1
	 */
	public synchronized int count(int limit) {
		int fitting = (this.largest > 0) ? this.bytes / this.largest : this.count;
		return Math.max(1, Math.min(limit, Math.min(this.count, fitting)));
	}

	/**
	 * Records a successful read of a page.
	 * @param entries how many entries it had
	 * @param bytes how many bytes they had together
	 */
	public synchronized void succeeded(int entries, long bytes) {
		if (entries > 0) {
			// decays slowly: one small entry says little about the next
			int average = (int) Math.min(Integer.MAX_VALUE, bytes / entries + 1);
			this.largest = Math.max(average, this.largest / 2);
			this.count = Math.max(this.first, Math.max(this.count / 2, 2 * Math.min(entries, 1 << 20)));
		}
		this.bytes = (int) Math.min(this.maxBytes, Math.max(MIN_BYTES, 2L * this.bytes));
	}

	/**
	 * Records the size of a single entry that may be read later.
	 * @param bytes its size in bytes
	 */
	public void saw(int bytes) {
		if (bytes > NOTEWORTHY_BYTES) {
			synchronized (this) {
				this.largest = Math.max(bytes, this.largest);
			}
		}
	}

	/**
	 * Records a failed read of a page.
	 */
	public synchronized void failed() {
		this.bytes = smaller(this.bytes);
		this.count = Math.max(1, this.count / SHRINK);
	}

}
