package io.github.kvevents.listener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.LoggedChange;

/**
 * Up to where a partition is done with.
 *
 * @param position the position of the last entry that is
 * @param operationId the operation of that very entry, by which it is recognised; empty
 * if it is not known or there is no entry
 * @param ordinal how many entries were ever added up to there, {@link #UNKNOWN} if that
 * is not known
 * @param history earlier positions
 */
public record Checkpoint(KvPosition position, String operationId, long ordinal, History history) {

	static final long UNKNOWN = ReadPosition.UNKNOWN;

	/**
	 * The position of an entry that was read some entries further on.
	 */
	Checkpoint next(LoggedChange change, int entries) {
		return new Checkpoint(change.position(), change.operationId(), further(this.ordinal, entries), this.history);
	}

	/**
	 * The same position, with how many entries were added up to there.
	 */
	Checkpoint withOrdinal(long ordinal) {
		return new Checkpoint(this.position, this.operationId, ordinal, this.history);
	}

	/**
	 * The cursor of a reader that resumes here.
	 */
	PartitionCursor cursor() {
		return new PartitionCursor(new ReadPosition(this.position, false, this.ordinal));
	}

	boolean isOf(LoggedChange change) {
		return this.position.equals(change.position()) && this.operationId.equals(change.operationId());
	}

	static long further(long ordinal, int entries) {
		return (ordinal != UNKNOWN) ? ordinal + entries : ordinal;
	}

	/**
	 * How many entries of a partition are behind a checkpoint, without reading them:
	 * exact where it is known how many were added up to the checkpoint; otherwise as if
	 * entries came at an even pace.
	 * @param checkpoint the checkpoint, {@code null} if there is none yet
	 */
	static long lag(LogState state, @Nullable Checkpoint checkpoint) {
		KvPosition first = state.first();
		if (first == null) {
			return 0;
		}
		if (checkpoint == null || checkpoint.position().compareTo(first) < 0) {
			return state.length();
		}
		if (checkpoint.ordinal() != UNKNOWN) {
			return Math.max(0, state.added() - checkpoint.ordinal());
		}
		long behind = state.last().millis() - checkpoint.position().millis();
		if (checkpoint.position().compareTo(state.last()) >= 0) {
			return 0;
		}
		double part = (double) behind / Math.max(1, state.last().millis() - first.millis());
		return Math.max(1, Math.round(state.length() * part));
	}

	/**
	 * A position that was not reached by reading.
	 */
	static Checkpoint at(KvPosition position, String operationId, long ordinal) {
		return new Checkpoint(position, operationId, ordinal, History.EMPTY);
	}

	/**
	 * Places that a listener passed, the newest first, and what was there: the older they
	 * are, the further apart. When the store loses the end of its log they show up to
	 * where it and the listener agree.
	 *
	 * @param marks the positions
	 */
	public record History(List<Mark> marks) {

		/** No earlier positions. */
		public static final History EMPTY = new History(List.of());

		private static final int MAX_MARKS = 40;

		public History {
			marks = List.copyOf(marks);
		}

		/**
		 * This history and a newer position. Of the older ones each goes whose next older
		 * one is at most twice as old as the next newer one.
		 */
		History with(KvPosition position, String operationId) {
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
			return new History(kept);
		}

		/**
		 * What of this history is not behind a position.
		 */
		History upTo(KvPosition position) {
			return new History(this.marks.stream()
				.filter((mark) -> mark.in(position.partition()).compareTo(position) <= 0)
				.toList());
		}

		/**
		 * The form in which it is stored; operation ids have neither spaces nor slashes.
		 */
		public String toText() {
			return this.marks.stream()
				.map((mark) -> mark.millis() + "-" + mark.sequence() + "/" + mark.operationId())
				.collect(Collectors.joining(" "));
		}

		public static History parse(String text) {
			return text.isEmpty() ? EMPTY : new History(Arrays.stream(text.split(" ")).map(Mark::parse).toList());
		}

		/**
		 * One position.
		 */
		record Mark(long millis, long sequence, String operationId) {

			private static Mark parse(String text) {
				int dash = text.indexOf('-');
				int slash = text.indexOf('/', dash);
				return new Mark(Long.parseLong(text.substring(0, dash)),
						Long.parseLong(text.substring(dash + 1, slash)), text.substring(slash + 1));
			}

			KvPosition in(int partition) {
				return new KvPosition(partition, this.millis, this.sequence);
			}

		}

	}

}
