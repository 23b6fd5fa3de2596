package io.github.kvevents.log.change;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * Keeps entries of the change log from being removed for their age. Beans of this type
 * are asked before each removal; the bound by length holds all the same.
 */
@FunctionalInterface
public interface RetentionGuard {

	/**
	 * The oldest entry of a partition that somebody needs. What this throws keeps the
	 * whole partition as it is until the next attempt.
	 * @param partition the partition
	 * @return the position of that entry, which is kept too, {@code null} if nothing is
	 * needed
	 */
	@Nullable KvPosition oldestNeeded(int partition);

}
