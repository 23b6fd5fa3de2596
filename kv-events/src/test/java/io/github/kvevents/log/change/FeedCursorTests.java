package io.github.kvevents.log.change;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.log.change.FeedPositions.FeedCursor;
import io.github.kvevents.store.ChangeLogStore.LogState;
import io.github.kvevents.store.ChangeLogStore.TailRead;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the feed finds missing as it looks at the log now and then.
 */
class FeedCursorTests {

	@Test
	void aLogThatIsLostBeforeTheFirstLookIsNotTakenForTheOldOne() {
		FeedCursor cursor = uncounted(at(10));
		read(cursor, 20);
		assertThat(cursor.compare(state(at(20), 20, 1, 1))).isEqualTo(at(20));
		read(cursor, 30);
		assertThat(cursor.compare(state(at(20), 30, 2, 2))).isNull();
	}

	@Test
	void aLogThatWasNeverWrittenIsNoLoss() {
		FeedCursor cursor = uncounted(at(0));
		assertThat(cursor.compare(state(null, 0, 0, 0))).isNull();
		assertThat(cursor.compare(state(at(10), 20, 2, 2))).isNull();
		read(cursor, 10);
		read(cursor, 20);
		assertThat(cursor.compare(state(at(10), 20, 2, 2))).isNull();
	}

	@Test
	void aLogThatHasMoreBehindItIsLostIfItHasTakenFewerEntries() {
		FeedCursor cursor = new FeedCursor(PartitionCursor.end(state(at(1), 10, 5, 5)));
		read(cursor, 20);
		assertThat(cursor.compare(state(at(20), 30, 2, 2))).as("not reported twice").isEqualTo(at(20));
		assertThat(cursor.position()).isEqualTo(at(20));
	}

	@Test
	void aLogThatHasTakenMoreIsLostIfItHasNothingOfWhatWasRead() {
		FeedCursor cursor = new FeedCursor(PartitionCursor.end(state(at(1), 10, 5, 5)));
		KvPosition to = cursor.compare(state(at(20), 90, 9, 9));
		assertThat(to).isNotNull().isLessThan(at(20)).isGreaterThan(at(19));
		assertThat(cursor.compare(state(at(20), 90, 9, 9))).as("once").isNull();
	}

	@Test
	void whatWasReadBeforeItWasRemovedIsNoLoss() {
		FeedCursor cursor = new FeedCursor(PartitionCursor.end(state(at(1), 10, 5, 5)));
		assertThat(cursor.compare(state(null, 10, 0, 5))).isNull();
		assertThat(cursor.compare(state(at(20), 20, 1, 6))).isNull();
		assertThat(cursor.compare(state(at(30), 30, 1, 7))).isNotNull();
	}

	private static FeedCursor uncounted(KvPosition position) {
		return new FeedCursor(new PartitionCursor(ReadPosition.after(position)));
	}

	private static void read(FeedCursor cursor, long millis) {
		cursor.advance(new TailRead(List.of(), List.of(at(millis))));
	}

	private static KvPosition at(long millis) {
		return new KvPosition(0, millis, 0);
	}

	private static LogState state(@Nullable KvPosition first, long last, long length, long added) {
		return new LogState(first, at(last), length, added);
	}

}
