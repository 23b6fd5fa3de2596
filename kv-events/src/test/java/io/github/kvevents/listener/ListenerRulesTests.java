package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.kvevents.KvPosition;
import io.github.kvevents.listener.Checkpoint.History;
import io.github.kvevents.listener.Delivery.RetryDelays;
import io.github.kvevents.store.ChangeLogStore.LogState;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules that need neither a store nor time: shares, pauses between attempts,
 * histories and lag.
 */
class ListenerRulesTests {

	@ParameterizedTest
	@CsvSource({ "4,3", "16,3", "1,5", "7,7", "0,2", "3,1" })
	void sharesAddUpAndDifferByOneAtMost(int partitions, int instances) {
		List<String> members = IntStream.range(0, instances).mapToObj((number) -> "instance-" + number).toList();
		List<Integer> shares = members.stream()
			.map((member) -> ListenerMembership.share(member, members, partitions, "audit"))
			.toList();
		assertThat(shares.stream().mapToInt(Integer::intValue).sum()).isEqualTo(partitions);
		assertThat(shares).allMatch((share) -> share == partitions / instances || share == partitions / instances + 1);
		assertThat(ListenerMembership.share("stranger", members, partitions, "audit")).isZero();
	}

	@Test
	void listenersWithOnePartitionAreSpread() {
		List<String> members = List.of("a", "b", "c");
		assertThat(members).allMatch((member) -> IntStream.range(0, 20)
			.mapToObj((number) -> "listener-" + number)
			.anyMatch((listener) -> ListenerMembership.share(member, members, 1, listener) == 1));
	}

	@Test
	void pausesDoubleUpToTheBound() {
		RetryDelays delays = delays(0.5);
		assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 100).mapToLong(delays::nanosAfter).map((nanos) -> nanos / 1_000_000))
			.containsExactly(30L, 60L, 120L, 240L, 480L, 700L, 700L);
	}

	@Test
	void pausesVaryByAFifthAndNeverExceedTheBound() {
		assertThat(delays(0).nanosAfter(2)).isEqualTo(48_000_000);
		assertThat(delays(1).nanosAfter(2)).isEqualTo(72_000_000);
		assertThat(delays(1).nanosAfter(9)).isEqualTo(700_000_000);
		assertThat(delays(0).nanosAfter(9)).isEqualTo(560_000_000);
	}

	@Test
	void longestPausesDoNotOverflow() {
		ListenerOptions options = ListenerOptions.defaults()
			.initialBackoff(Duration.ofDays(300_000))
			.maxBackoff(Duration.ofSeconds(Long.MAX_VALUE));
		assertThat(new RetryDelays(options, () -> 1).nanosAfter(50)).isPositive();
	}

	@Test
	void historyKeepsWhatIsFurtherAndFurtherApart() {
		History history = History.EMPTY;
		for (long millis = 1; millis <= 100_000; millis++) {
			history = history.with(new KvPosition(0, millis, 5), "op" + millis);
		}
		List<Long> ages = history.marks().stream().map((mark) -> 100_000 - mark.millis()).toList();
		assertThat(ages).hasSizeBetween(10, 40).isSorted().startsWith(0L, 1L);
		assertThat(ages.get(ages.size() - 1)).isGreaterThan(50_000);
		assertThat(History.parse(history.toText())).isEqualTo(history);
		assertThat(History.parse("")).isEqualTo(History.EMPTY);
		assertThat(history.with(new KvPosition(0, 200_000, 0), "")).as("nothing to recognise").isEqualTo(history);
	}

	@Test
	void lagIsExactWhereTheOrdinalIsKnown() {
		LogState state = new LogState(position(100), position(200), 50, 80);
		assertThat(Checkpoint.lag(state, Checkpoint.at(position(150), "", 60))).isEqualTo(20);
		assertThat(Checkpoint.lag(state, Checkpoint.at(position(200), "", 80))).isZero();
		assertThat(Checkpoint.lag(state, Checkpoint.at(position(99), "", 30))).isEqualTo(50);
		assertThat(Checkpoint.lag(state, null)).isEqualTo(50);
	}

	@Test
	void lagIsEstimatedWhereItIsNot() {
		LogState state = new LogState(position(100), position(200), 50, 80);
		assertThat(Checkpoint.lag(state, Checkpoint.at(position(150), "", Checkpoint.UNKNOWN))).isEqualTo(25);
		assertThat(Checkpoint.lag(state, Checkpoint.at(position(200), "", Checkpoint.UNKNOWN))).isZero();
		assertThat(Checkpoint.lag(state, Checkpoint.at(new KvPosition(0, 199, 9), "", Checkpoint.UNKNOWN)))
			.isEqualTo(1);
		assertThat(Checkpoint.lag(new LogState(null, position(200), 0, 80), null)).isZero();
	}

	@Test
	void gapIsSeenFromTheOrdinalOrElseFromThePlace() {
		LogState state = new LogState(position(100), position(200), 50, 80);
		assertThat(TruncationDetector.isTrimmed(state, Checkpoint.at(position(99), "", 30)))
			.as("the last that was removed is its own")
			.isFalse();
		assertThat(TruncationDetector.isTrimmed(state, Checkpoint.at(position(98), "", 29))).isTrue();
		assertThat(TruncationDetector.isTrimmed(state, Checkpoint.at(position(98), "", Checkpoint.UNKNOWN))).isTrue();
		assertThat(TruncationDetector.isTrimmed(state, Checkpoint.at(position(100), "", Checkpoint.UNKNOWN))).isFalse();
	}

	private static KvPosition position(long millis) {
		return new KvPosition(0, millis, 0);
	}

	private static RetryDelays delays(double random) {
		return new RetryDelays(
				ListenerOptions.defaults().initialBackoff(Duration.ofMillis(30)).maxBackoff(Duration.ofMillis(700)),
				() -> random);
	}

}
