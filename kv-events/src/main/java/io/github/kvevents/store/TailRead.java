package io.github.kvevents.store;

import java.util.List;

import org.springframework.util.Assert;

import io.github.kvevents.KvPosition;

/**
 * What a tail read of one partition.
 *
 * @param changes the entries, in their order
 * @param skipped the places of entries among them that the store didn't write, which
 * nobody hears of but which count
 */
public record TailRead(List<LoggedChange> changes, List<KvPosition> skipped) {

	public TailRead {
		Assert.isTrue(!changes.isEmpty() || !skipped.isEmpty(), "'changes' and 'skipped' must not both be empty");
	}

	/**
	 * The place of the last entry.
	 * @return the place up to which this was read
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
	 * How many entries these are.
	 * @return the number, those that were skipped included
	 */
	public int count() {
		return this.changes.size() + this.skipped.size();
	}

}
