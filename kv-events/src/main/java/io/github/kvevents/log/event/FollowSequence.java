package io.github.kvevents.log.event;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.log.event.EventLogStore.StoredEntry;

/**
 * Tells by origin and number of the entries whether one is what follows on the one
 * before. Not safe for use by several threads.
 */
final class FollowSequence {

	private long origin = StoredEntry.UNKNOWN;

	private long number;

	/**
	 * Begins.
	 * @param behind the entry behind which the next is expected, {@code null} for the
	 * first of a log that has no entry yet
	 */
	void start(@Nullable StoredEntry behind) {
		this.origin = (behind != null) ? behind.origin() : StoredEntry.UNKNOWN;
		this.number = (behind != null) ? behind.number() : 0;
	}

	/**
	 * Whether an entry belongs to the log whose entries came so far, as far as one knows.
	 */
	boolean isSameLog(StoredEntry entry) {
		return this.origin == StoredEntry.UNKNOWN || entry.origin() == StoredEntry.UNKNOWN
				|| this.origin == entry.origin();
	}

	/**
	 * Whether anything is known of the log, which may be deleted so.
	 */
	boolean isStarted() {
		return this.number != 0;
	}

	/**
	 * Takes an entry as the next one.
	 * @return what lies between the one before and this one
	 */
	Step next(StoredEntry entry) {
		boolean sameLog = isSameLog(entry);
		if (!sameLog) {
			start(null);
		}
		Step step = new Step(!sameLog, missedBefore(entry), isBehindLast(entry));
		if (entry.number() != StoredEntry.UNKNOWN) {
			this.origin = entry.origin();
			this.number = entry.number();
		}
		else if (this.number != StoredEntry.UNKNOWN) {
			this.number++;
		}
		return step;
	}

	private long missedBefore(StoredEntry entry) {
		return isCounted(entry) ? Math.max(0, entry.number() - this.number - 1) : 0;
	}

	private boolean isBehindLast(StoredEntry entry) {
		return isCounted(entry) && entry.number() <= this.number;
	}

	private boolean isCounted(StoredEntry entry) {
		return entry.number() != StoredEntry.UNKNOWN && this.number != StoredEntry.UNKNOWN;
	}

	/**
	 * What lies between two entries.
	 *
	 * @param deleted whether the log was deleted
	 * @param missed how many entries are missing
	 * @param wentBack whether the log lost entries that were delivered already
	 */
	record Step(boolean deleted, long missed, boolean wentBack) {

		boolean isGap() {
			return this.missed > 0 || this.wentBack;
		}

	}

}
