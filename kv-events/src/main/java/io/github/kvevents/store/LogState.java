package io.github.kvevents.store;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * What one partition of a change log holds.
 *
 * @param first the place of the first entry that is there, {@code null} if there is none
 * @param last the place of the last entry that was ever added, also if it is gone; the
 * place {@code 0-0} of a log that was never written
 * @param length how many entries are there
 * @param added how many were ever added
 */
public record LogState(@Nullable KvPosition first, KvPosition last, long length, long added) {

	/**
	 * How many entries were removed again, whatever removed them.
	 * @return how many of those that were ever added are gone
	 */
	public long removed() {
		return this.added - this.length;
	}

	/**
	 * Whether entries behind a place may have been removed before they were read from
	 * there. Never wrongly no; wrongly yes only where the very entry at that place was
	 * the last to be removed.
	 * @param position the place up to which everything was read
	 * @return whether something may be missing
	 */
	public boolean isTrimmedAfter(KvPosition position) {
		if (removed() == 0) {
			return false;
		}
		KvPosition kept = (this.first != null) ? this.first : this.last;
		return position.compareTo(kept) < 0;
	}

}
