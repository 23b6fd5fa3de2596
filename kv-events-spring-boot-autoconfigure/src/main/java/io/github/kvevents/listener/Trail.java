package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.github.kvevents.KvPosition;

/**
 * Places that a listener passed, the newest first, and what was there: the older they
 * are, the further apart. When the store loses the end of its log they tell how far back
 * it and the listener agree.
 *
 * @param marks the places
 */
record Trail(List<Mark> marks) {

	static final Trail EMPTY = new Trail(List.of());

	private static final int MAX_MARKS = 24;

	Trail {
		marks = List.copyOf(marks);
	}

	/**
	 * This trail and a newer place. Of the older ones each is kept that is at least one
	 * and a half times as old as the one kept before it.
	 */
	Trail with(KvPosition position, String operationId) {
		if (operationId.isEmpty()) {
			return this;
		}
		List<Mark> kept = new ArrayList<>();
		kept.add(new Mark(position.millis(), position.sequence(), operationId));
		double next = 1;
		for (Mark mark : this.marks) {
			long age = position.millis() - mark.millis();
			if (age >= next && kept.size() < MAX_MARKS) {
				kept.add(mark);
				next = age * 1.5;
			}
		}
		return new Trail(kept);
	}

	/**
	 * The form in which it is stored; operation ids have neither spaces nor slashes.
	 */
	String toText() {
		return this.marks.stream()
			.map((mark) -> mark.millis() + "-" + mark.sequence() + "/" + mark.operationId())
			.collect(Collectors.joining(" "));
	}

	static Trail parse(String text) {
		return text.isEmpty() ? EMPTY : new Trail(Arrays.stream(text.split(" ")).map(Mark::parse).toList());
	}

	/**
	 * One place.
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
