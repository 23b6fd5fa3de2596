package io.github.kvevents.listener;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.Watermarks.Progress;
import io.github.kvevents.listener.Watermarks.WindowEntry;
import io.github.kvevents.store.LoggedChange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link DeliveryWindow}: the checkpoint is behind nothing that is not done with, and no
 * more is handled beyond it than there is room for.
 */
class DeliveryWindowTests {

	private final DeliveryWindow window = window();

	@Test
	void checkpointStopsAtTheFirstThatIsNotDone() {
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		WindowEntry third = admit(13);
		begin(second, third, first);
		this.window.done(second, false);
		this.window.done(third, false);
		assertThat(this.window.hasProgress()).isFalse();
		this.window.done(first, false);
		assertThat(this.window.progress().toCheckpoint(History.EMPTY))
			.isEqualTo(Checkpoint.at(position(13), "op-13", 13));
	}

	@Test
	void thereIsRoomOnlyBehindWhatWasWritten() {
		WindowEntry first = admit(11);
		admit(12);
		admit(13);
		this.window.pass(change(14), 14, false);
		assertThat(this.window.room()).isEqualTo(1);
		begin(first);
		this.window.done(first, false);
		assertThat(this.window.room()).as("done but not written").isEqualTo(1);
		this.window.committed(this.window.progress());
		assertThat(this.window.room()).isEqualTo(2);
	}

	@Test
	void filteredEntryMovesTheCheckpoint() {
		this.window.pass(change(11), 11, false);
		assertThat(this.window.progress().mark().position()).isEqualTo(position(11));
		assertThat(this.window.isDue()).as("nothing was handled: it may wait").isFalse();
		assertThat(this.window.hasProgress()).isTrue();
	}

	@Test
	void isDueWhenNothingIsUnderWayOrAGoodPartIsDone() {
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		WindowEntry third = admit(13);
		begin(first, second, third);
		assertThat(this.window.done(first, false)).isFalse();
		assertThat(this.window.isDue()).isFalse();
		assertThat(this.window.done(second, false)).isTrue();
		assertThat(this.window.isDue()).isTrue();
		assertThat(this.window.isUrgent()).as("half of what may be redelivered").isTrue();
		this.window.committed(this.window.progress());
		assertThat(this.window.isDue()).isFalse();
		assertThat(this.window.done(third, false)).isTrue();
		assertThat(this.window.isDue()).isTrue();
		assertThat(this.window.isUrgent()).as("the last for the moment").isFalse();
	}

	@Test
	void deadLetterIsForgottenWithTheCheckpoint() {
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		begin(first, second);
		this.window.done(second, true);
		assertThat(this.window.progress().deadLettered()).isEmpty();
		this.window.done(first, true);
		Progress progress = this.window.progress();
		assertThat(progress.deadLettered()).containsExactly(position(11), position(12));
		this.window.committed(progress);
		assertThat(this.window.progress().deadLettered()).isEmpty();
	}

	@Test
	void whenItIsGivenUpOnlyWhatFillsHolesIsBegun() {
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		WindowEntry third = admit(13);
		begin(second);
		this.window.leave();
		assertThat(this.window.begin(third)).isFalse();
		assertThat(this.window.begin(first)).isTrue();
		this.window.failed(first);
		assertThat(this.window.begin(first)).as("isn't retried").isFalse();
		assertThat(this.window.room()).isZero();
		this.window.done(second, false);
		assertThat(this.window.open()).isZero();
		assertThat(this.window.hasProgress()).isFalse();
	}

	@Test
	void whenItIsGivenUpWhilePausedNothingIsBegunInWhicheverOrder() {
		WindowEntry first = admit(11);
		begin(admit(12));
		this.window.pause();
		this.window.leave();
		assertThat(this.window.begin(first)).isFalse();
		DeliveryWindow other = window();
		WindowEntry hole = other.admit(change(11), 11);
		other.begin(other.admit(change(12), 12));
		other.leave();
		other.pause();
		other.resume();
		assertThat(other.begin(hole)).as("it may have ended already").isFalse();
	}

	@Test
	void whenItIsGivenUpBehindAPauseWhatFillsHolesIsBegun() {
		WindowEntry first = admit(11);
		begin(admit(12));
		this.window.pause();
		this.window.resume();
		this.window.leave();
		assertThat(this.window.begin(first)).isTrue();
	}

	@Test
	void nothingIsBegunWhenItIsLost() {
		WindowEntry first = admit(11);
		this.window.lose();
		assertThat(this.window.begin(first)).isFalse();
		assertThat(this.window.open()).isZero();
		assertThat(this.window.room()).isZero();
	}

	@Test
	void everythingUpToAPlaceCanBeTakenAsDone() {
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		begin(first);
		this.window.completeUpTo(Checkpoint.at(position(11), "op-11", 11));
		assertThat(this.window.isDue()).isTrue();
		assertThat(this.window.progress().mark().position()).isEqualTo(position(11));
		assertThat(this.window.done(first, false)).isFalse();
		assertThat(this.window.open()).isEqualTo(1);
		assertThat(this.window.isDone(position(11))).isTrue();
		assertThat(this.window.isDone(position(12))).isFalse();
		assertThat(this.window.isUrgent()).isTrue();
		this.window.committed(this.window.progress());
		assertThat(this.window.begin(second)).isTrue();
		this.window.done(second, false);
		assertThat(this.window.isDue()).isTrue();
		assertThat(this.window.isUrgent()).as("not for good").isFalse();
	}

	@Test
	void whatWasSelectedBeforeAllUpToItIsDoneIsNotBegun() {
		this.window.completeUpTo(Checkpoint.at(position(12), "op-12", 12));
		WindowEntry first = admit(11);
		WindowEntry second = admit(12);
		WindowEntry third = admit(13);
		assertThat(this.window.begin(first)).isFalse();
		assertThat(this.window.begin(second)).isFalse();
		assertThat(this.window.begin(third)).isTrue();
		assertThat(this.window.open()).isEqualTo(1);
		assertThat(this.window.progress().mark().position()).isEqualTo(position(12));
		this.window.committed(this.window.progress());
		assertThat(this.window.room()).as("only the third counts").isEqualTo(3);
		this.window.done(third, false);
		assertThat(this.window.progress().mark().position()).isEqualTo(position(13));
	}

	private static DeliveryWindow window() {
		return new DeliveryWindow(4, Checkpoint.at(position(10), "op-10", 10), new ProcessedHistory(), List.of());
	}

	private WindowEntry admit(long millis) {
		return this.window.admit(change(millis), millis);
	}

	private void begin(WindowEntry... entries) {
		for (WindowEntry entry : entries) {
			assertThat(this.window.begin(entry)).isTrue();
		}
	}

	private static LoggedChange change(long millis) {
		Instant at = Instant.ofEpochMilli(millis);
		return new LoggedChange(position(millis), KvEventType.DELETE, "k", null, new byte[0], "o", "op-" + millis, at,
				at, null);
	}

	private static KvPosition position(long millis) {
		return new KvPosition(3, millis, 0);
	}

}
