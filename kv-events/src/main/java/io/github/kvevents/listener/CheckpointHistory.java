package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.github.kvevents.KvPosition;

/**
 * Places that a listener passed, the newest first, and what was there: the older they
 * are, the further apart. When the store loses the end of its log they show up to where
 * it and the listener agree.
 *
 * @param marks the positions
 */
public record CheckpointHistory(List<Mark> marks) {

	static final CheckpointHistory EMPTY = new CheckpointHistory(List.of());

	private static final int MAX_MARKS = 40;

	public CheckpointHistory {
		marks = List.copyOf(marks);
	}

	/**
	 * This history and a newer position. Of the older ones each goes whose next older one
	 * is at most twice as old as the next newer one.
	 */
	CheckpointHistory with(KvPosition position, String operationId) {
		if (operationId.isEmpty()) {
			return this;
		}
		List<Mark> kept = new ArrayList<>();
		kept.add(new Mark(position.millis(), position.sequence(), operationId));
		long newer = 1;
		for (int index = 0; index < this.marks.size() && kept.size() < MAX_MARKS; index++) {
			boolean last = index == this.marks.size() - 1;
			if (last || position.millis() - this.marks.get(index + 1).millis() > 2 * newer) {
				kept.add(this.marks.get(index));
				newer = Math.max(1, position.millis() - this.marks.get(index).millis());
			}
		}
		return new CheckpointHistory(kept);
	}

	/**
	 * What of this history is not behind a position.
	 */
	CheckpointHistory upTo(KvPosition position) {
		return new CheckpointHistory(
				this.marks.stream().filter((mark) -> mark.in(position.partition()).compareTo(position) <= 0).toList());
	}

	/**
	 * The form in which it is stored; operation ids have neither spaces nor slashes.
	 */
	public String toText() {
		return this.marks.stream()
			.map((mark) -> mark.millis() + "-" + mark.sequence() + "/" + mark.operationId())
			.collect(Collectors.joining(" "));
	}

	public static CheckpointHistory parse(String text) {
		return text.isEmpty() ? EMPTY : new CheckpointHistory(Arrays.stream(text.split(" ")).map(Mark::parse).toList());
	}

	/**
	 * One position.
	 */
	record Mark(long millis, long sequence, String operationId) {

		private static Mark parse(String text) {
			int dash = text.indexOf('-');
			int slash = text.indexOf('/', dash);
			return new Mark(Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1, slash)),
					text.substring(slash + 1));
		}

		KvPosition in(int partition) {
			return new KvPosition(partition, this.millis, this.sequence);
		}

	}

}
