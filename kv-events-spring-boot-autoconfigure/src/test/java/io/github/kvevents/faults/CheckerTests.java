package io.github.kvevents.faults;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Findings.Invariant;
import io.github.kvevents.faults.Operation.Kind;
import io.github.kvevents.faults.Operation.Mark;
import io.github.kvevents.faults.Operation.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each check of the fault programme reports a history that was corrupted in the way that
 * it is to find, and nothing else.
 */
class CheckerTests {

	private static final String OWN = "own:a:0";

	private static final String SHARED = "shared:0";

	private static final Bounds LOSING_DATA = Bounds.NONE.losingData();

	private final Story story = new Story();

	private Entry first;

	private Entry second;

	private Entry last;

	@BeforeEach
	void write() {
		this.first = this.story.write("a", Kind.SET, OWN);
		this.second = this.story.write("a", Kind.UPDATE, OWN);
		this.story.write("b", Kind.SET, SHARED);
		this.story.write("a", Kind.COMPARE_AND_SET, SHARED);
		this.story.write("a", Kind.SET_WITH_TTL, "shared:1");
		this.story.write("b", Kind.UPDATE, "shared:1");
		this.story.expire("shared:1");
		this.story.write("a", Kind.DELETE, OWN);
		this.last = this.story.write("a", Kind.SET, OWN);
		this.story.attempt("b", Kind.SET, SHARED, Outcome.UNKNOWN);
		this.story.attempt("b", Kind.COMPARE_AND_SET, SHARED, Outcome.NOT_APPLIED);
		this.story.attempt("b", Kind.SET, SHARED, Outcome.REFUSED);
	}

	@Test
	void historyInWhichEverythingWorksIsAccepted() {
		assertThat(this.story.check(Bounds.NONE).violations()).isEmpty();
		this.story.write("b", Kind.SET, SHARED, Outcome.UNKNOWN);
		assertThat(this.story.check(Bounds.NONE).violations()).isEmpty();
	}

	@Test
	void storedValueThatTheLogDoesNotGive() {
		this.story.stored.put(OWN, "a/99/a99");
		assertFound(Bounds.NONE, Invariant.REPLAY, Invariant.WATCH);
	}

	@Test
	void storedKeyThatTheLogDoesNotHave() {
		this.story.stored.put("own:a:7", "a/99/a99");
		assertFound(Bounds.NONE, Invariant.REPLAY);
	}

	@Test
	void entryThatDoesNotFitTheOneBefore() {
		Entry changed = new Entry(this.last.position(), this.last.type(), OWN, this.last.value(), "a/99/a99");
		this.story.log.set(this.story.log.indexOf(this.last), changed);
		assertThat(this.story.check(Bounds.NONE).count(Invariant.REPLAY)).isPositive();
	}

	@Test
	void acknowledgedWriteThatTheServerLost() {
		this.story.lose(this.last);
		this.story.remove(HistoryFile.DELIVERED, this.last.words());
		this.story.remove(HistoryFile.WATCHED, this.last.words());
		this.story.remove(HistoryFile.HOOKED, this.last.words());
		assertFound(Bounds.NONE, Invariant.ACKNOWLEDGED);
		assertThat(this.story.check(LOSING_DATA).violations()).isEmpty();
		assertThat(this.story.check(LOSING_DATA).getLost()).isOne();
	}

	@Test
	void acknowledgedDeleteThatTheServerLost() {
		this.story.attempt("a", Kind.DELETE, OWN, Outcome.ACKNOWLEDGED);
		assertFound(Bounds.NONE, Invariant.ACKNOWLEDGED);
		assertThat(this.story.check(LOSING_DATA).getLost()).isOne();
	}

	@Test
	void refusedWriteThatWasApplied() {
		this.story.write("b", Kind.SET, SHARED, Outcome.REFUSED);
		assertFound(Bounds.NONE, Invariant.REFUSED);
		assertThat(this.story.check(Bounds.NONE.losingReplies()).violations()).isEmpty();
	}

	@Test
	void deleteThatFoundNothingAndWasApplied() {
		this.story.write("b", Kind.DELETE, SHARED, Outcome.NOT_APPLIED);
		assertFound(Bounds.NONE, Invariant.REFUSED);
	}

	@Test
	void writeOfNobody() {
		this.story.apply(new Mark("c", 1, "c1", null), Kind.SET, SHARED);
		assertFound(Bounds.NONE, Invariant.REFUSED);
	}

	@Test
	void updateThatHadSeenAnotherValue() {
		Mark mark = this.story.attempt("b", Kind.UPDATE, SHARED, Outcome.ACKNOWLEDGED);
		this.story.apply(new Mark("b", mark.number(), mark.id(), "a1"), Kind.UPDATE, SHARED);
		assertFound(Bounds.NONE, Invariant.CONDITION);
	}

	@Test
	void acknowledgedWritesInTheWrongOrder() {
		Mark older = this.story.attempt("a", Kind.SET, OWN, Outcome.ACKNOWLEDGED);
		this.story.write("a", Kind.SET, OWN);
		this.story.apply(older, Kind.SET, OWN);
		assertFound(Bounds.NONE, Invariant.ORDER);
	}

	@Test
	void acknowledgedWriteBehindALaterOneOfAnotherWriter() {
		Mark older = this.story.attempt("a", Kind.SET, SHARED, Outcome.ACKNOWLEDGED);
		this.story.write("b", Kind.SET, SHARED);
		this.story.apply(older, Kind.SET, SHARED);
		assertFound(Bounds.NONE, Invariant.ORDER);
	}

	@Test
	void failedWriteThatIsAppliedAfterANewerOne() {
		Mark older = this.story.attempt("a", Kind.SET, OWN, Outcome.UNKNOWN);
		this.story.write("a", Kind.SET, OWN);
		this.story.apply(older, Kind.SET, OWN);
		assertFound(Bounds.NONE.losingReplies(), Invariant.LATE);
	}

	@Test
	void failedDeleteThatIsAppliedAfterANewerWrite() {
		Mark older = this.story.attempt("a", Kind.DELETE, OWN, Outcome.UNKNOWN);
		this.story.write("a", Kind.SET, OWN);
		this.story.apply(older, Kind.DELETE, OWN);
		assertFound(Bounds.NONE.losingReplies(), Invariant.LATE);
	}

	@Test
	void changeThatTheListenerMissed() {
		this.story.remove(HistoryFile.DELIVERED, this.second.words());
		assertFound(Bounds.NONE, Invariant.DELIVERED);
		assertFound(LOSING_DATA, Invariant.DELIVERED);
		gap();
		assertThat(this.story.check(LOSING_DATA).violations()).as("reported").isEmpty();
	}

	@Test
	void changeThatTheListenerReceivedBehindALaterOneOfItsKey() {
		Collections.swap(this.story.lines, this.story.line(HistoryFile.DELIVERED, this.first.words()),
				this.story.line(HistoryFile.DELIVERED, this.second.words()));
		assertFound(Bounds.NONE, Invariant.DELIVERY_ORDER);
	}

	@Test
	void changeThatTheListenerReceivedTwice() {
		this.story.lines.add(this.story.delivered(this.first));
		assertFound(Bounds.NONE, Invariant.DUPLICATES);
		Findings findings = this.story.check(new Bounds(false, false, 1, 0));
		assertThat(findings.violations()).isEmpty();
		assertThat(findings.getRedelivered()).isOne();
	}

	@Test
	void changeThatTheNextOwnerOfThePartitionReceivedTwice() {
		this.story.otherLines.add(this.story.delivered(this.last));
		assertFound(Bounds.NONE, Invariant.DUPLICATES);
		assertThat(this.story.check(new Bounds(false, false, 1, 0)).violations()).isEmpty();
	}

	@Test
	void gapWithoutLoss() {
		gap();
		assertFound(Bounds.NONE.losingReplies(), Invariant.GAP);
	}

	@Test
	void lossWithoutGap() {
		this.story.lose(this.last);
		this.story.remove(HistoryFile.WATCHED, this.last.words());
		this.story.remove(HistoryFile.HOOKED, this.last.words());
		assertFound(LOSING_DATA, Invariant.GAP);
		assertFound(Bounds.NONE, Invariant.ACKNOWLEDGED, Invariant.DELIVERED);
		gap();
		assertThat(this.story.check(LOSING_DATA).violations()).isEmpty();
	}

	@Test
	void lossThatTheNextOwnerOfThePartitionCanNotKnow() {
		this.story.lose(this.last);
		this.story.remove(HistoryFile.WATCHED, this.last.words());
		this.story.remove(HistoryFile.HOOKED, this.last.words());
		Entry later = this.story.write("a", Kind.SET, "own:a:1");
		this.story.remove(HistoryFile.DELIVERED, later.words());
		this.story.otherLines.add(this.story.delivered(later));
		assertThat(this.story.check(LOSING_DATA).violations()).isEmpty();
	}

	@Test
	void expiryThatTheHookMissed() {
		this.story.remove(HistoryFile.EXPIRED, "shared:1");
		assertFound(Bounds.NONE, Invariant.EXPIRED);
		assertFound(LOSING_DATA, Invariant.EXPIRED);
	}

	@Test
	void expiryThatTheHookReceivedTwice() {
		this.story.lines.add(this.story.lines.get(this.story.line(HistoryFile.EXPIRED, "shared:1")));
		assertFound(Bounds.NONE, Invariant.DUPLICATES);
		assertThat(this.story.check(new Bounds(false, false, 0, 1)).getExpiredTwice()).isOne();
	}

	@Test
	void lifetimeThatEndedTwiceInTheLog() {
		Entry expired = this.story.log.get(6);
		assertThat(expired.type()).isEqualTo(KvEventType.EXPIRED);
		Entry again = new Entry(new KvPosition(0, 99, 0), expired.type(), expired.key(), null, expired.previous());
		this.story.log.add(again);
		this.story.lines.add(this.story.delivered(again));
		this.story.lines.add(this.story.hooked(again));
		this.story.lines.add(HistoryFile.WATCHED + " " + Story.WATCH + " " + again.words());
		assertFound(Bounds.NONE, Invariant.REPLAY, Invariant.EXPIRED);
	}

	@Test
	void expiryBeforeTheDeadline() {
		this.story.replace(HistoryFile.EXPIRED, "shared:1", " 1000 1003 ", " 1000 999 ");
		assertFound(Bounds.NONE, Invariant.EARLY);
	}

	@Test
	void expirySoonerThanTheTimeToLive() {
		int line = this.story.line(HistoryFile.EXPIRED, "shared:1");
		String[] words = this.story.lines.get(line).split(" ");
		words[5] = String.valueOf(Long.parseLong(words[5]) - 20_000_000);
		this.story.lines.set(line, String.join(" ", words));
		assertFound(Bounds.NONE, Invariant.EARLY);
	}

	@Test
	void expiryOfAKeyThatIsStillThere() {
		this.story.lines
			.add("%s %s %s 1000 1003 %d".formatted(HistoryFile.EXPIRED, OWN, this.last.value(), Long.MAX_VALUE / 2));
		assertThat(this.story.check(Bounds.NONE).count(Invariant.EARLY)).isPositive();
	}

	@Test
	void changeThatAWatchMissed() {
		this.story.remove(HistoryFile.WATCHED, this.second.words());
		assertFound(Bounds.NONE, Invariant.WATCH);
	}

	@Test
	void lastChangeThatAWatchMissed() {
		this.story.remove(HistoryFile.WATCHED, this.last.words());
		assertFound(Bounds.NONE, Invariant.WATCH);
	}

	@Test
	void firstChangeThatAWatchMissed() {
		this.story.remove(HistoryFile.WATCHED, this.first.words());
		assertFound(Bounds.NONE, Invariant.WATCH);
	}

	@Test
	void changeThatAWatchDeliveredTwice() {
		this.story.lines.add(HistoryFile.WATCHED + " " + Story.WATCH + " " + this.last.words());
		assertFound(Bounds.NONE, Invariant.WATCH);
	}

	@Test
	void lossThatAWatchDidNotReport() {
		this.story.lose(this.last);
		this.story.remove(HistoryFile.HOOKED, this.last.words());
		gap();
		assertFound(LOSING_DATA, Invariant.WATCH);
		this.story.replace(HistoryFile.WATCHED, this.last.words(), " " + Story.WATCH + " ", " failed ");
		this.story.lines.add(HistoryFile.WATCH_FAILED + " failed");
		assertThat(this.story.check(LOSING_DATA).violations()).isEmpty();
	}

	@Test
	void changeThatAHookMissed() {
		this.story.remove(HistoryFile.HOOKED, this.second.words());
		assertFound(Bounds.NONE, Invariant.HOOKS);
		gap(Consumers.HOOKS);
		assertFound(LOSING_DATA, Invariant.HOOKS);
	}

	@Test
	void lastChangeThatAHookMissed() {
		this.story.remove(HistoryFile.HOOKED, this.last.words());
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void changeThatAHookReceivedTwice() {
		this.story.lines.add(this.story.hooked(this.last));
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void changeThatAHookReceivedBehindALaterOne() {
		Collections.swap(this.story.lines, this.story.line(HistoryFile.HOOKED, this.first.words()),
				this.story.line(HistoryFile.HOOKED, this.second.words()));
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void hookThatReceivedNothing() {
		this.story.lines.removeIf((line) -> line.startsWith(HistoryFile.HOOKED + " "));
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void hookThatReceivedNothingOfAPartition() {
		Mark mark = this.story.attempt("a", Kind.SET, "own:a:3", Outcome.ACKNOWLEDGED);
		Entry other = new Entry(new KvPosition(1, 1, 0), KvEventType.SET, "own:a:3", mark.value(), null);
		this.story.log.add(other);
		this.story.stored.put("own:a:3", mark.value());
		this.story.lines.add(this.story.delivered(other));
		this.story.lines.add(HistoryFile.WATCHED + " " + Story.WATCH + " " + other.words());
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void hookOfAnInstanceThatWasKilledMayEndAnywhere() {
		this.story.otherLines.add(this.story.hooked(this.first));
		this.story.otherLines.add(this.story.hooked(this.second));
		assertThat(this.story.check(Bounds.NONE).violations()).isEmpty();
		this.story.otherLines.add(this.story.hooked(this.last));
		assertFound(Bounds.NONE, Invariant.HOOKS);
	}

	@Test
	void lossThatAHookDidNotReport() {
		this.story.lose(this.last);
		this.story.remove(HistoryFile.DELIVERED, this.last.words());
		this.story.remove(HistoryFile.WATCHED, this.last.words());
		assertFound(LOSING_DATA, Invariant.HOOKS);
		gap();
		assertFound(LOSING_DATA, Invariant.HOOKS);
		gap(Consumers.HOOKS);
		assertThat(this.story.check(LOSING_DATA).violations()).isEmpty();
	}

	@Test
	void callThatTookLongerThanACommandMay() {
		this.story.delay(this.last, WaitCheck.BOUND);
		assertThat(this.story.check(Bounds.NONE).violations()).isEmpty();
		assertThat(this.story.check(Bounds.NONE).getLongestCall()).hasNanos(WaitCheck.BOUND);
		this.story.delay(this.last, WaitCheck.BOUND + 1);
		assertFound(Bounds.NONE, Invariant.WAIT);
		assertFound(LOSING_DATA.losingReplies(), Invariant.WAIT);
	}

	@Test
	void callThatWasStoppedWithItsInstanceDidNotTakeLong() {
		Entry entry = this.story.write("i0.0", Kind.SET, "own:i0.0:0");
		long[] call = this.story.delay(entry, 3 * WaitCheck.BOUND);
		String stall = "%s %d %d".formatted(HistoryFile.STALLED, call[0] - 1, call[0] + 2 * WaitCheck.BOUND);
		this.story.otherLines.add(stall);
		assertFound(Bounds.NONE, Invariant.WAIT);
		this.story.lines.add(stall);
		assertThat(this.story.check(Bounds.NONE).violations()).isEmpty();
	}

	private void gap() {
		gap("listener-" + Consumers.LISTENER);
	}

	private void gap(String reader) {
		this.story.lines.add(HistoryFile.GAP + " " + reader + " 0 1");
	}

	/**
	 * These invariants are broken, and no other.
	 */
	private void assertFound(Bounds bounds, Invariant... expected) {
		Findings findings = this.story.check(bounds);
		for (Invariant invariant : Invariant.values()) {
			assertThat(findings.count(invariant) > 0).as("%s in %s", invariant, findings.violations())
				.isEqualTo(List.of(expected).contains(invariant));
		}
	}

}
