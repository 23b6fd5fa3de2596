package io.github.kvevents.listener;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.ListenerStore.Acquisition;
import io.github.kvevents.listener.ListenerStore.DeadLetterOutcome;
import io.github.kvevents.listener.ListenerStore.Failure;
import io.github.kvevents.listener.ListenerStore.Holder;
import io.github.kvevents.listener.ListenerStore.Kept;
import io.github.kvevents.listener.ListenerStore.Members;
import io.github.kvevents.listener.ListenerStore.StoredLetter;
import io.github.kvevents.store.LoggedChange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every store promises of leases, checkpoints and dead letters.
 */
abstract class ListenerStoreContractTests {

	static final String ID = "audit:ü";

	static final Duration LONG = Duration.ofMinutes(7);

	private static final Duration SHORT = Duration.ofMillis(40);

	static final Failure FAILURE = new Failure(3, "java.lang.IllegalStateException", "because\nof");

	ListenerStore store;

	/**
	 * A store of two partitions without anything in it.
	 */
	abstract ListenerStore createStore();

	@BeforeEach
	void setUp() {
		this.store = createStore();
	}

	@Test
	void oneInstanceHasAPartitionAtATime() {
		Lease lease = acquire("a", LONG);
		Acquisition other = this.store.acquire(1, ID, "b", LONG, 0);
		assertThat(other.outcome()).isEqualTo(Acquisition.Outcome.TAKEN);
		assertThat(other.freeIn().toMillis()).isBetween(LONG.toMillis() - 60_000, LONG.toMillis());
		assertThat(this.store.acquire(0, ID, "b", LONG, 0).outcome()).isEqualTo(Acquisition.Outcome.ACQUIRED);
		assertThat(this.store.acquire(1, "another", "b", LONG, 0).outcome()).isEqualTo(Acquisition.Outcome.ACQUIRED);
		this.store.release(lease);
		assertThat(this.store.status(1, ID).owner()).isNull();
		assertThat(acquire("b", LONG).epoch()).isGreaterThan(lease.epoch());
		assertThat(this.store.status(1, ID).owner()).isEqualTo("b");
	}

	@Test
	void whoLostThePartitionCanChangeNothing() {
		Lease old = acquire("a", SHORT);
		assertThat(this.store.keep(old, SHORT, checkpoint(5, 1), List.of())).isEqualTo(Kept.HELD);
		await().until(() -> this.store.acquire(1, ID, "b", LONG, 0).outcome() == Acquisition.Outcome.ACQUIRED);
		assertThat(this.store.keep(old, LONG, checkpoint(9, 1), List.of())).isEqualTo(Kept.LOST);
		assertThat(this.store.keep(old, LONG, null, List.of())).isEqualTo(Kept.LOST);
		assertThat(this.store.addDeadLetter(old, change(6), FAILURE)).isEqualTo(DeadLetterOutcome.LOST);
		this.store.release(old);
		assertThat(this.store.status(1, ID).owner()).isEqualTo("b");
		assertThat(this.store.status(1, ID).deadLetters()).isZero();
		assertThat(this.store.status(1, ID).checkpoint()).isEqualTo(checkpoint(5, 1));
	}

	@Test
	void leaseThatEndedAndNobodyTookCanBeKept() {
		Lease lease = acquire("a", SHORT);
		await().until(() -> this.store.status(1, ID).owner() == null);
		assertThat(this.store.keep(lease, LONG, null, List.of())).isEqualTo(Kept.HELD);
		assertThat(this.store.acquire(1, ID, "b", LONG, 0).outcome()).isEqualTo(Acquisition.Outcome.TAKEN);
	}

	@Test
	void sameInstanceTakesItAnewWithAHigherEpoch() {
		Lease first = acquire("a", LONG);
		Lease second = acquire("a", LONG);
		assertThat(second.epoch()).isGreaterThan(first.epoch());
		assertThat(this.store.keep(first, LONG, null, List.of())).isEqualTo(Kept.LOST);
		assertThat(this.store.keep(second, LONG, null, List.of())).isEqualTo(Kept.HELD);
	}

	@Test
	void checkpointComesBackWithAllThatIsKnown() {
		Lease lease = acquire("a", LONG);
		Checkpoint checkpoint = new Checkpoint(position(1_700_000_000_001L, 18), "op-7", 42,
				History.EMPTY.with(position(1_699_999_000_000L, 3), "op-5")
					.with(position(1_700_000_000_001L, 18), "op-7"));
		assertThat(this.store.keep(lease, LONG, checkpoint, List.of())).isEqualTo(Kept.HELD);
		assertThat(this.store.acquire(1, ID, "a", LONG, 0).checkpoint()).isEqualTo(checkpoint);
		assertThat(this.store.status(1, ID).checkpoint()).isEqualTo(checkpoint);
		assertThat(this.store.status(0, ID).checkpoint()).isNull();
	}

	@Test
	void pauseIsToldToWhoKeepsAndWhoTakes() {
		Lease lease = acquire("a", LONG);
		this.store.setPaused(1, ID, true);
		assertThat(this.store.keep(lease, LONG, null, List.of())).isEqualTo(Kept.PAUSED);
		assertThat(this.store.acquire(1, ID, "a", LONG, 0).paused()).isTrue();
		this.store.setPaused(1, ID, false);
		assertThat(this.store.acquire(1, ID, "a", LONG, 0).paused()).isFalse();
	}

	@Test
	void joiningKeepsTheFirstPartitionAsWell() {
		Lease lease = acquireFirst("a", SHORT);
		assertThat(this.store.join(ID, "a", LONG).kept()).isNull();
		assertThat(this.store.join(ID, "a", LONG, lease, false).kept()).isEqualTo(Kept.HELD);
		await().during(SHORT.multipliedBy(2)).until(() -> "a".equals(this.store.status(0, ID).owner()));
		Holder holder = this.store.setPaused(0, ID, true);
		assertThat(this.store.join(ID, "a", LONG, lease, false).kept()).isEqualTo(Kept.PAUSED);
		assertThat(holder).isNotNull().satisfies((paused) -> assertThat(this.store.hasObeyed(paused)).isFalse());
		assertThat(this.store.join(ID, "a", LONG, lease, true).kept()).isEqualTo(Kept.PAUSED);
		assertThat(holder).satisfies((paused) -> assertThat(this.store.hasObeyed(paused)).isTrue());
		acquireFirst("a", LONG);
		assertThat(this.store.join(ID, "a", LONG, lease, false).kept()).isEqualTo(Kept.LOST);
	}

	private Lease acquireFirst(String instance, Duration duration) {
		return new Lease(ID, 0, instance, this.store.acquire(0, ID, instance, duration, 0).epoch());
	}

	@Test
	void moveFencesOffWhoHasThePartition() {
		Lease lease = acquire("a", LONG);
		this.store.keep(lease, LONG, checkpoint(50, 1), List.of());
		this.store.addDeadLetter(lease, change(51), FAILURE);
		this.store.move(ID, checkpoint(20, 3), false);
		assertThat(this.store.keep(lease, LONG, checkpoint(60, 1), List.of())).isEqualTo(Kept.LOST);
		assertThat(this.store.acquire(1, ID, "b", LONG, 0).outcome()).isEqualTo(Acquisition.Outcome.TAKEN);
		Acquisition again = this.store.acquire(1, ID, "a", LONG, 0);
		assertThat(again.checkpoint()).isEqualTo(checkpoint(20, 3));
		assertThat(again.deadLettered()).isEmpty();
	}

	@Test
	void moveForwardLeavesALaterCheckpoint() {
		Lease lease = acquire("a", LONG);
		this.store.keep(lease, LONG, checkpoint(50, 7), List.of());
		this.store.move(ID, checkpoint(50, 7), true);
		this.store.move(ID, checkpoint(9, 8), true);
		assertThat(this.store.keep(lease, LONG, null, List.of())).isEqualTo(Kept.HELD);
		this.store.move(ID, checkpoint(50, 8), true);
		assertThat(this.store.status(1, ID).checkpoint()).isEqualTo(checkpoint(50, 8));
		assertThat(this.store.keep(lease, LONG, null, List.of())).isEqualTo(Kept.LOST);
	}

	@Test
	void moveForwardKeepsWhatIsDeadLetteredBehindIt() {
		Lease lease = acquire("a", LONG);
		this.store.addDeadLetter(lease, change(6), FAILURE);
		this.store.addDeadLetter(lease, change(7), FAILURE);
		this.store.addDeadLetter(lease, change(8), FAILURE);
		this.store.move(ID, Checkpoint.at(change(7).position(), "op-7", Checkpoint.UNKNOWN), true);
		Acquisition again = this.store.acquire(1, ID, "a", LONG, 0);
		assertThat(again.deadLettered()).containsExactly(change(8).position());
		Lease next = new Lease(ID, 1, "a", again.epoch());
		assertThat(this.store.addDeadLetter(next, change(8), FAILURE)).isEqualTo(DeadLetterOutcome.KNOWN);
		assertThat(this.store.status(1, ID).deadLetters()).isEqualTo(3);
	}

	@Test
	void eventIsDeadLetteredOnceAlsoByTheNextInstance() {
		Lease lease = acquire("a", SHORT);
		assertThat(this.store.addDeadLetter(lease, change(6), FAILURE)).isEqualTo(DeadLetterOutcome.ADDED);
		assertThat(this.store.addDeadLetter(lease, change(6), FAILURE)).isEqualTo(DeadLetterOutcome.KNOWN);
		assertThat(this.store.addDeadLetter(lease, change(8), FAILURE)).isEqualTo(DeadLetterOutcome.ADDED);
		await().until(() -> this.store.status(1, ID).owner() == null);
		Acquisition next = this.store.acquire(1, ID, "b", LONG, 0);
		assertThat(next.deadLettered()).isEqualTo(Set.of(position(6, 1), position(8, 1)));
		this.store.keep(new Lease(ID, 1, "b", next.epoch()), LONG, checkpoint(7, 0), List.of(position(6, 1)));
		assertThat(this.store.acquire(1, ID, "b", LONG, 0).deadLettered()).isEqualTo(Set.of(position(8, 1)));
		assertThat(this.store.status(1, ID).deadLetters()).isEqualTo(2);
	}

	@Test
	void letterComesBackAsItWas() {
		Lease lease = acquire("a", LONG);
		this.store.addDeadLetter(lease, change(6), FAILURE);
		LoggedChange removal = new LoggedChange(position(7, 2), KvEventType.EXPIRED, "k", null, null, "o", "op",
				Instant.ofEpochMilli(5), Instant.ofEpochMilli(7), null);
		this.store.addDeadLetter(lease, removal, new Failure(1, "E", ""));
		List<StoredLetter> letters = this.store.letters(1, ID, 5);
		assertThat(letters).hasSize(2);
		assertThat(letters.get(0).change()).usingRecursiveComparison().isEqualTo(change(6));
		assertThat(letters.get(0).failure()).isEqualTo(FAILURE);
		assertThat(letters.get(0).failedAtMillis()).isPositive();
		assertThat(letters.get(1).change()).usingRecursiveComparison().isEqualTo(removal);
		assertThat(this.store.letters(1, ID, 1)).hasSize(1);
		assertThat(this.store.letters(0, ID, 5)).isEmpty();
	}

	@Test
	void lettersAreReadPageByPageAndDiscardedTogether() {
		Lease lease = acquire("a", LONG);
		for (int number = 1; number <= 5; number++) {
			this.store.addDeadLetter(lease, change(number), FAILURE);
		}
		List<String> ids = this.store.letterIds(1, ID, 9);
		assertThat(ids(this.store.letters(1, ID, null, 2))).isEqualTo(ids.subList(0, 2));
		assertThat(ids(this.store.letters(1, ID, ids.get(1), 2))).isEqualTo(ids.subList(2, 4));
		assertThat(ids(this.store.letters(1, ID, ids.get(3), 2))).isEqualTo(ids.subList(4, 5));
		assertThat(this.store.letters(1, ID, ids.get(4), 2)).isEmpty();
		for (String behindAll : List.of("18446744073709551615", "0018446744073709551615-18446744073709551615")) {
			assertThat(this.store.letters(1, ID, behindAll, 2)).as(behindAll).isEmpty();
		}
		assertThat(ids(this.store.letters(1, ID, "0-0", 5))).isEqualTo(ids);
		assertThat(this.store.discardAll(1, ID, ids.subList(1, 4))).isEqualTo(3);
		assertThat(this.store.discardAll(1, ID, ids.subList(1, 4))).isZero();
		assertThat(ids(this.store.letters(1, ID, ids.get(1), 9))).as("behind one that is gone")
			.isEqualTo(ids.subList(4, 5));
		assertThat(this.store.letterIds(1, ID, 9)).containsExactly(ids.get(0), ids.get(4));
	}

	private static List<String> ids(List<StoredLetter> letters) {
		return letters.stream().map(StoredLetter::id).toList();
	}

	@Test
	void letterIsSentByOneInstanceAtATime() {
		Lease lease = acquire("a", LONG);
		this.store.addDeadLetter(lease, change(6), FAILURE);
		String id = this.store.letters(1, ID, 1).get(0).id();
		StoredLetter claimed = claim(id, "a", SHORT);
		assertThat(claimed).isNotNull();
		assertThat(claim(id, "b", LONG)).isNull();
		await().until(() -> claim(id, "b", LONG) != null);
		this.store.complete(1, ID, claimed, "b", null);
		assertThat(this.store.letters(1, ID, 5)).isEmpty();
		assertThat(claim(id, "a", LONG)).isNull();
	}

	@Test
	void letterThatFailsAgainComesBackBehindTheOthers() {
		Lease lease = acquire("a", LONG);
		this.store.addDeadLetter(lease, change(6), FAILURE);
		this.store.addDeadLetter(lease, change(7), FAILURE);
		StoredLetter claimed = claim(this.store.letters(1, ID, 1).get(0).id(), "a", LONG);
		assertThat(claimed).isNotNull();
		this.store.complete(1, ID, claimed, "a", new Failure(4, "E", "again"));
		List<StoredLetter> letters = this.store.letters(1, ID, 5);
		assertThat(letters).extracting((letter) -> letter.change().position())
			.containsExactly(position(7, 1), position(6, 1));
		assertThat(letters.get(1).failure()).isEqualTo(new Failure(4, "E", "again"));
		assertThat(this.store.discard(1, ID, letters.get(1).id())).isTrue();
		assertThat(this.store.discard(1, ID, letters.get(1).id())).isFalse();
		assertThat(this.store.status(1, ID).deadLetters()).isEqualTo(1);
	}

	@Test
	void membersComeAndGo() {
		assertThat(this.store.join(ID, "b", LONG).ids()).containsExactly("b");
		Members both = this.store.join(ID, "a", SHORT);
		assertThat(both.ids()).containsExactly("a", "b");
		assertThat(both.changesIn().toMillis()).isBetween(LONG.toMillis() - 60_000, LONG.toMillis());
		await().until(() -> this.store.join(ID, "b", LONG).ids().equals(List.of("b")));
		this.store.leave(ID, "b");
		Members alone = this.store.join(ID, "c", LONG);
		assertThat(alone.ids()).containsExactly("c");
		assertThat(alone.changesIn().isNever()).isTrue();
		assertThat(alone.removedAt()).isZero();
	}

	@Test
	void removeLeavesNothing() {
		Lease lease = acquire("a", LONG);
		this.store.keep(lease, LONG, checkpoint(5, 1), List.of());
		this.store.addDeadLetter(lease, change(6), FAILURE);
		this.store.remove(1, ID, Duration.ZERO);
		assertThat(this.store.keep(lease, LONG, checkpoint(6, 1), List.of())).isEqualTo(Kept.LOST);
		assertThat(this.store.status(1, ID).deadLetters()).isZero();
		assertThat(this.store.oldestNeeded(1, LONG)).isNull();
		Acquisition anew = this.store.acquire(1, ID, "b", LONG, 0);
		assertThat(anew.outcome()).isEqualTo(Acquisition.Outcome.ACQUIRED);
		assertThat(anew.checkpoint()).isNull();
		assertThat(anew.deadLettered()).isEmpty();
	}

	@Test
	void othersFindOutThatItWasRemoved() {
		acquire("a", LONG);
		long before = this.store.join(ID, "b", LONG).now() - 1;
		this.store.remove(0, ID, LONG);
		this.store.remove(1, ID, LONG);
		Members after = this.store.join(ID, "b", LONG);
		assertThat(after.removedAt()).isBetween(before + 1, after.now());
		assertThat(this.store.acquire(1, ID, "b", LONG, before).outcome()).isEqualTo(Acquisition.Outcome.REMOVED);
	}

	@Test
	void whatBeginsAfterTheRemovalBeginsAnew() {
		this.store.keep(acquire("a", LONG), LONG, checkpoint(5, 1), List.of());
		this.store.remove(1, ID, LONG);
		long now = this.store.join(ID, "a", LONG).now();
		Acquisition anew = this.store.acquire(1, ID, "a", Duration.ofMillis(1), now);
		assertThat(anew.outcome()).isEqualTo(Acquisition.Outcome.ACQUIRED);
		assertThat(anew.checkpoint()).isNull();
		assertThat(this.store.acquire(1, ID, "b", LONG, now - 1000).outcome()).as("others still find out")
			.isEqualTo(Acquisition.Outcome.REMOVED);
	}

	@Test
	void whoHadAPartitionBeforeTheRemovalCanChangeNothing() {
		Lease removed = acquire("a", LONG);
		this.store.remove(1, ID, Duration.ZERO);
		Lease anew = acquire("a", LONG);
		assertThat(anew.epoch()).isGreaterThan(removed.epoch());
		assertThat(this.store.keep(removed, LONG, checkpoint(9, 1), List.of())).isEqualTo(Kept.LOST);
		this.store.release(removed);
		assertThat(this.store.keep(anew, LONG, null, List.of())).isEqualTo(Kept.HELD);
		assertThat(this.store.status(1, ID).checkpoint()).isNull();
	}

	@Test
	void oldestCheckpointOfAllListenersIsNeeded() {
		assertThat(this.store.oldestNeeded(1, LONG)).isNull();
		this.store.keep(acquire("a", LONG), LONG, checkpoint(50, 1), List.of());
		Acquisition other = this.store.acquire(1, "slow", "b", LONG, 0);
		assertThat(this.store.oldestNeeded(1, LONG)).isEqualTo(position(50, 1));
		Lease slow = new Lease("slow", 1, "b", other.epoch());
		this.store.keep(slow, LONG, checkpoint(9, 2), List.of());
		assertThat(this.store.oldestNeeded(1, LONG)).isEqualTo(position(9, 2));
		assertThat(this.store.oldestNeeded(0, LONG)).isNull();
		await().until(() -> this.store.oldestNeeded(1, Duration.ofMillis(1)) == null);
	}

	private @Nullable StoredLetter claim(String letter, String instance, Duration duration) {
		return this.store.claim(1, ID, letter, instance, duration);
	}

	private Lease acquire(String instance, Duration duration) {
		Acquisition acquisition = this.store.acquire(1, ID, instance, duration, 0);
		assertThat(acquisition.outcome()).isEqualTo(Acquisition.Outcome.ACQUIRED);
		return new Lease(ID, 1, instance, acquisition.epoch());
	}

	static Checkpoint checkpoint(long millis, long sequence) {
		return Checkpoint.at(position(millis, sequence), "op-" + millis, Checkpoint.UNKNOWN);
	}

	static KvPosition position(long millis, long sequence) {
		return new KvPosition(1, millis, sequence);
	}

	static LoggedChange change(long millis) {
		return new LoggedChange(position(millis, 1), KvEventType.BATCH_SET, "key:ü", bytes("new\u0000"), bytes("ö"),
				"instance-9", "op:" + millis, Instant.ofEpochMilli(millis), Instant.ofEpochMilli(millis + 3),
				new KvBatch("batch id", 2, 5));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
