package io.github.kvevents.store;

import java.util.List;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;

/**
 * Entries that a tail read from one partition.
 *
 * @param changes the entries, in their order
 * @param skipped the positions of foreign entries among them, which are not delivered but
 * count as read
 */
public record TailRead(List<LoggedChange> changes, List<KvPosition> skipped) {

	public TailRead {
		Assert.isTrue(!changes.isEmpty() || !skipped.isEmpty(), "'changes' and 'skipped' must not both be empty");
	}

	/**
	 * The position of the last entry.
	 * @return the position up to which the partition was read
	 */
	public KvPosition last() {
		if (this.changes.isEmpty()) {
			return this.skipped.get(this.skipped.size() - 1);
		}
		KvPosition change = this.changes.get(this.changes.size() - 1).position();
		KvPosition other = this.skipped.isEmpty() ? change : this.skipped.get(this.skipped.size() - 1);
		return (change.compareTo(other) > 0) ? change : other;
	}

	/**
	 * The number of entries.
	 * @return the number, including skipped entries
	 */
	public int count() {
		return this.changes.size() + this.skipped.size();
	}

}
