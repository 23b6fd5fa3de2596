package io.github.kvevents.log.event;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowSequence.Step;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FollowSequence}.
 */
class FollowSequenceTests {

	private static final Step NOTHING = new Step(false, 0, false);

	private final FollowSequence sequence = new FollowSequence();

	@Test
	void theFirstEntryOfANewLogFollowsOnNothing() {
		assertThat(this.sequence.isStarted()).isFalse();
		assertThat(this.sequence.next(entry(7, 1))).isEqualTo(NOTHING);
		assertThat(this.sequence.next(entry(7, 2))).isEqualTo(NOTHING);
		assertThat(this.sequence.isStarted()).isTrue();
	}

	@Test
	void whatWasTrimmedBeforeTheFirstEntryIsMissed() {
		assertThat(this.sequence.next(entry(7, 6))).isEqualTo(new Step(false, 5, false));
	}

	@Test
	void missingNumbersAreAGap() {
		this.sequence.start(entry(7, 10));
		assertThat(this.sequence.next(entry(7, 14))).isEqualTo(new Step(false, 3, false));
		assertThat(this.sequence.next(entry(7, 15)).isGap()).isFalse();
	}

	@Test
	void anotherOriginIsADeletedLogAndMayMissItsBeginning() {
		this.sequence.start(entry(7, 10));
		assertThat(this.sequence.next(entry(8, 1))).isEqualTo(new Step(true, 0, false));
		assertThat(this.sequence.next(entry(9, 4))).isEqualTo(new Step(true, 3, false));
		// the number alone would fit
		assertThat(this.sequence.next(entry(10, 5))).isEqualTo(new Step(true, 4, false));
	}

	@Test
	void aRepeatedNumberIsALogThatWentBack() {
		this.sequence.start(entry(7, 10));
		Step step = this.sequence.next(entry(7, 9));
		assertThat(step).isEqualTo(new Step(false, 0, true));
		assertThat(step.isGap()).isTrue();
		assertThat(this.sequence.next(entry(7, 10))).isEqualTo(NOTHING);
	}

	@Test
	void entriesOfOthersCount() {
		this.sequence.start(entry(7, 10));
		assertThat(this.sequence.next(foreign())).isEqualTo(NOTHING);
		assertThat(this.sequence.next(entry(7, 12))).isEqualTo(NOTHING);
		assertThat(this.sequence.isSameLog(foreign())).isTrue();
	}

	@Test
	void behindAnEntryOfOthersNoNumberIsKnown() {
		this.sequence.start(foreign());
		assertThat(this.sequence.isStarted()).isTrue();
		assertThat(this.sequence.next(foreign())).isEqualTo(NOTHING);
		assertThat(this.sequence.next(entry(7, 500))).isEqualTo(NOTHING);
		assertThat(this.sequence.next(entry(7, 502))).isEqualTo(new Step(false, 1, false));
	}

	private static StoredEntry entry(long origin, long number) {
		return new StoredEntry(new EntryId(number, 0), number, origin, List.of());
	}

	private static StoredEntry foreign() {
		return new StoredEntry(new EntryId(1, 1), StoredEntry.UNKNOWN, StoredEntry.UNKNOWN, List.of());
	}

}
