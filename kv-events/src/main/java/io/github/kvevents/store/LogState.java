package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * The state of one partition of a change log.
 *
 * @param first the position of the first entry, {@code null} if there is none
 * @param last the position of the last entry that was ever added, even if it was removed;
 * {@code 0-0} for a log that was never written
 * @param length how many entries exist
 * @param added how many were ever added
 */
public record LogState(@Nullable KvPosition first, KvPosition last, long length, long added) {

	/**
	 * How many entries were removed, for whatever reason.
	 * @return how many of the added entries no longer exist
	 */
	public long removed() {
		return this.added - this.length;
	}

	/**
	 * Whether entries after a position may have been removed. A false negative is
	 * impossible; a false positive occurs only if the entry at the position was the last
	 * one removed.
	 * @param position the position up to which everything was read
	 * @return whether entries may be missing
	 */
	public boolean isTrimmedAfter(KvPosition position) {
		if (removed() == 0) {
			return false;
		}
		KvPosition kept = (this.first != null) ? this.first : this.last;
		return position.compareTo(kept) < 0;
	}

}
