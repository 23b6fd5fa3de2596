package io.github.kvevents.listener;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;

/**
 * How a listener stands in the whole fleet, partition by partition.
 *
 * @param partitions each partition, in their order
 */
public record ListenerStatus(List<Partition> partitions) {

	public ListenerStatus {
		partitions = List.copyOf(partitions);
	}

	/**
	 * How many entries of the log are not done with.
	 * @return the sum over the partitions
	 */
	public long lag() {
		return this.partitions.stream().mapToLong(Partition::lag).sum();
	}

	/**
	 * How many dead letters there are.
	 * @return the sum over the partitions
	 */
	public long deadLetters() {
		return this.partitions.stream().mapToLong(Partition::deadLetters).sum();
	}

	/**
	 * One partition.
	 *
	 * @param partition its number
	 * @param owner the id of the instance that has it, {@code null} if none does
	 * @param epoch a number that rises each time it is taken or sought
	 * @param paused whether it is paused
	 * @param checkpoint up to where everything is done with, {@code null} before the
	 * start
	 * @param lag how many entries of the log are behind that, an estimate until the end
	 * of the log was first reached after a seek or a gap
	 * @param deadLetters how many dead letters there are
	 */
	public record Partition(int partition, @Nullable String owner, long epoch, boolean paused,
			@Nullable KvPosition checkpoint, long lag, long deadLetters) {
	}

}
