package io.github.kvevents.listener;

import java.util.List;

/**
 * How many partitions of a listener an instance is to have. The shares of all instances
 * add up to all partitions, and differ by one at most. Which instances have the larger
 * ones differs from listener to listener: otherwise the first would do all the work of
 * listeners with one partition.
 */
final class PartitionAssignor {

	private PartitionAssignor() {
	}

	static int of(String instance, List<String> members, int partitions, String listener) {
		int index = members.indexOf(instance);
		if (index < 0) {
			return 0;
		}
		int rank = Math.floorMod(index + listener.hashCode(), members.size());
		return partitions / members.size() + ((rank < partitions % members.size()) ? 1 : 0);
	}

}
