package io.github.kvevents.log.change;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * Where somebody who follows the feed had read further than the feed by himself. What he
 * read is skipped when the feed comes to it; if it doesn't come, since the store has lost
 * it meanwhile, that is found out. For the packages of this library, not for
 * applications. Not thread-safe.
 */
public final class ReadAhead {

	private final Map<Integer, Mark> marks = new HashMap<>(0);

	/**
	 * Sets the position up to which a partition was read.
	 * @param position the position of an entry
	 */
	public void markReadUpTo(KvPosition position) {
		this.marks.put(position.partition(), new Mark(position));
	}

	/**
	 * Whether the feed has passed all that was read before.
	 * @return whether there is nothing left to skip or to miss
	 */
	public boolean isEmpty() {
		return this.marks.isEmpty();
	}

	/**
	 * Whether an entry was read before.
	 * @param position the position of the entry
	 * @return whether to skip it
	 */
	public boolean isRead(KvPosition position) {
		Mark mark = this.marks.isEmpty() ? null : this.marks.get(position.partition());
		return mark != null && position.compareTo(mark.position) <= 0;
	}

	/**
	 * The feed passed over an entry that nobody receives. Called before the entries that
	 * were read together with it.
	 * @param position the position of the entry
	 */
	public void onSkipped(KvPosition position) {
		Mark mark = this.marks.get(position.partition());
		if (mark != null) {
			mark.found |= position.equals(mark.position);
		}
	}

	/**
	 * The feed comes to an entry.
	 * @param position the position of the entry
	 * @return up to where was read before if that is no longer in front of the entry in
	 * the log, {@code null} if nothing is lost
	 */
	public @Nullable KvPosition lostBefore(KvPosition position) {
		Mark mark = this.marks.isEmpty() ? null : this.marks.get(position.partition());
		if (mark == null || position.compareTo(mark.position) < 0) {
			return null;
		}
		mark.found |= position.equals(mark.position);
		if (position.compareTo(mark.position) > 0) {
			this.marks.remove(position.partition());
		}
		return mark.found ? null : mark.position;
	}

	/**
	 * The feed looked where the log ends. A loss is not reported the first time: the feed
	 * may have looked before the mark was set.
	 * @param last the last position of the log
	 * @return up to where was read before if the log ends before that, {@code null} if
	 * nothing is lost
	 */
	public @Nullable KvPosition lostBehind(KvPosition last) {
		Mark mark = this.marks.isEmpty() ? null : this.marks.get(last.partition());
		if (mark == null || mark.found || mark.position.compareTo(last) <= 0) {
			return null;
		}
		if (!mark.suspect) {
			mark.suspect = true;
			return null;
		}
		return mark.position;
	}

	/**
	 * Forgets what was read of a partition.
	 * @param partition the partition
	 */
	public void forget(int partition) {
		this.marks.remove(partition);
	}

	private static final class Mark {

		private final KvPosition position;

		private boolean found;

		private boolean suspect;

		private Mark(KvPosition position) {
			this.position = position;
		}

	}

}
