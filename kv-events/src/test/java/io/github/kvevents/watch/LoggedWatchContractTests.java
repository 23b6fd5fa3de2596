package io.github.kvevents.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a change log adds.
 */
abstract class LoggedWatchContractTests extends WatchContractTests {

	/**
	 * Removes the entries before a position.
	 */
	abstract void trim(KvPosition before);

	/**
	 * Loses the whole log.
	 */
	abstract void loseLog();

	@Test
	void receivesTheChangesOfEveryInstance() {
		WatchInstance instance = instance();
		WatchInstance other = instance();
		try (KvWatch watch = instance.watch(WatchOptions.prefix("a"))) {
			other.template.set("a", "1");
			instance.template.set("a", "2");
			other.template.delete("a");
			List<KvEvent> events = WatchInstance.take(watch, 3);
			assertThat(WatchInstance.texts(events)).containsExactly("CREATED a=1", "UPDATED a=2", "REMOVED a");
			assertThat(events.get(2).getPreviousValue(String.class)).isEqualTo("2");
		}
	}

	@Test
	void resumesBehindAPosition() {
		WatchInstance instance = instance();
		List<KvEvent> events;
		try (KvWatch watch = instance.watch(WatchOptions.prefix("k"))) {
			for (int i = 0; i < 5; i++) {
				instance.template.set("k", "v" + i);
			}
			events = WatchInstance.take(watch, 3);
		}
		KvPosition position = events.get(2).getPosition();
		assertThat(position).isNotNull().isGreaterThan(events.get(1).getPosition());
		try (KvWatch watch = instance.watch(WatchOptions.prefix("k").after(position))) {
			instance.template.set("k", "v5");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 3))).containsExactly("UPDATED k=v3",
					"UPDATED k=v4", "UPDATED k=v5");
			instance.template.set("k", "v6");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=v6");
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
		}
	}

	@Test
	void whatItCatchesUpWithDoesNotCountAgainstItsBuffer() {
		WatchInstance instance = instance();
		KvPosition position;
		try (KvWatch watch = instance.watch(WatchOptions.all())) {
			instance.template.set("first", "v");
			position = WatchInstance.take(watch, 1).get(0).getPosition();
		}
		assertThat(position).isNotNull();
		int partition = position.partition();
		Map<String, List<String>> expected = new HashMap<>();
		try (KvWatch watch = instance.watch(WatchOptions.all().after(position).bufferSize(2))) {
			for (int i = 0; i < 1_700; i++) {
				instance.template.set("first", "v" + i);
				expected.computeIfAbsent("first", (key) -> new ArrayList<>()).add("v" + i);
			}
			Map<String, List<String>> received = new HashMap<>();
			for (KvEvent event : WatchInstance.take(watch, 1_700)) {
				assertThat(event.getPosition()).isNotNull();
				assertThat(event.getPosition().partition()).isEqualTo(partition);
				received.computeIfAbsent(event.getKey(), (key) -> new ArrayList<>()).add(value(event));
			}
			assertThat(received).isEqualTo(expected);
			assertThat(watch.isOpen()).isTrue();
		}
	}

	/**
	 * Keys that are read late have their later value already, and a key that is gone by
	 * then is not delivered.
	 */
	@Test
	void aLargeReplayIsReadAsItIsTakenAndTellsNothingTwice() {
		WatchInstance instance = instance();
		for (int i = 0; i < 1_500; i++) {
			instance.template.set("large:" + i, "v0");
		}
		Map<String, String> state = new HashMap<>();
		Map<String, String> expected = new HashMap<>();
		try (KvWatch watch = instance.watch(WatchOptions.prefix("large:").initialReplay())) {
			for (int i = 0; i < 1_500; i++) {
				instance.template.set("large:" + i, "v1");
				if (i % 3 == 0) {
					instance.template.delete("large:" + i);
				}
				else {
					expected.put("large:" + i, "v1");
				}
			}
			instance.template.set("large:end", "v1");
			int createdLate = 0;
			while (!state.containsKey("large:end")) {
				KvEvent event = WatchInstance.take(watch, 1).get(0);
				assertThat(event.getPreviousValue(String.class)).as("%s", event).isEqualTo(state.get(event.getKey()));
				createdLate += "CREATED v1".equals(event.getChange() + " " + value(event)) ? 1 : 0;
				if (event.getChange() == KvChange.REMOVED) {
					state.remove(event.getKey());
				}
				else {
					state.put(event.getKey(), value(event));
				}
			}
			state.remove("large:end");
			assertThat(state).isEqualTo(expected);
			assertThat(createdLate).isGreaterThan(100);
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
		}
	}

	@Test
	void aPositionThatWasTrimmedIsRefused() {
		WatchInstance instance = instance();
		List<KvEvent> events;
		try (KvWatch watch = instance.watch(WatchOptions.all())) {
			for (int i = 0; i < 5; i++) {
				instance.template.set("k", "v" + i);
			}
			events = WatchInstance.take(watch, 5);
		}
		KvPosition second = position(events.get(1));
		KvPosition fourth = position(events.get(3));
		trim(fourth);
		assertThatExceptionOfType(PositionTrimmedException.class)
			.isThrownBy(() -> instance.watch(WatchOptions.all().after(second)))
			.satisfies((ex) -> {
				assertThat(ex.getRequested()).isEqualTo(second);
				assertThat(ex.getEarliest()).isEqualTo(fourth);
			});
		assertThat(instance.watches.getOpenCount()).isZero();
		try (KvWatch watch = instance.watch(WatchOptions.all().after(fourth))) {
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=v4");
		}
	}

	@Test
	void aPositionPastTheEndMeansWhatIsWrittenFromNowOn() {
		WatchInstance instance = instance();
		instance.template.set("k", "before");
		KvPosition future = new KvPosition(0, System.currentTimeMillis() + 23 * 3_600_000, 7);
		try (KvWatch watch = instance.watch(WatchOptions.all().after(future))) {
			assertThat(watch.poll(Duration.ZERO)).isNull();
			instance.template.set("k", "after");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=after");
		}
		trim(new KvPosition(0, future.millis() - 1, 0));
		try (KvWatch watch = instance.watch(WatchOptions.all().after(future))) {
			instance.template.set("k", "in a log that was emptied");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1)))
				.containsExactly("UPDATED k=in a log that was emptied");
		}
	}

	@Test
	void aPositionThatTheLogCanNeverHaveHadIsRefused() {
		WatchInstance instance = instance();
		KvPosition impossible = new KvPosition(0, 9_000_000_000_000L, 7);
		assertThatIllegalArgumentException().isThrownBy(() -> instance.watch(WatchOptions.all().after(impossible)))
			.withMessageContaining("0:9000000000000-7");
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	@Test
	void aPositionOfNoPartitionIsRefused() {
		WatchInstance instance = instance();
		KvPosition foreign = new KvPosition(99, 17, 7);
		assertThatIllegalArgumentException().isThrownBy(() -> instance.watch(WatchOptions.all().after(foreign)))
			.withMessageContaining("99:17-7");
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	@Test
	void whatIsTrimmedBehindASlowReaderIsAGapAndNotSilence() {
		WatchInstance instance = instance();
		KvWatch first = instance.watch(WatchOptions.all());
		instance.template.set("k", "v0");
		KvPosition position = position(WatchInstance.take(first, 1).get(0));
		KvWatch watch = instance.watch(WatchOptions.all().after(position));
		for (int i = 1; i < 1_200; i++) {
			instance.template.set("k", "v" + i);
			if (i % 100 == 0) {
				WatchInstance.take(first, 100);
			}
		}
		assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=v1");
		KvPosition last = position(WatchInstance.take(first, 99).get(98));
		trim(last);
		List<KvEvent> read = new ArrayList<>();
		assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> {
			while (read.size() < 1_200) {
				read.addAll(WatchInstance.take(watch, 1));
			}
		}).satisfies((ex) -> assertThat(ex.getEarliest()).isEqualTo(last));
		assertThat(watch.isOpen()).isFalse();
		assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> watch.poll(Duration.ofSeconds(20)));
		assertThat(first.isOpen()).isTrue();
		first.close();
	}

	@Test
	void aLogThatIsLostEndsEveryWatch() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		KvWatch other = instance.watch(WatchOptions.prefix("none:"));
		instance.template.set("k", "v");
		WatchInstance.take(watch, 1);
		loseLog();
		assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> watch.poll(Duration.ofSeconds(20)));
		assertThatExceptionOfType(PositionTrimmedException.class).isThrownBy(() -> other.poll(Duration.ofSeconds(20)));
		try (KvWatch again = instance.watch(WatchOptions.all())) {
			instance.template.set("again", "v");
			assertThat(WatchInstance.texts(WatchInstance.take(again, 1))).containsExactly("CREATED again=v");
		}
	}

	static KvPosition position(KvEvent event) {
		KvPosition position = event.getPosition();
		assertThat(position).isNotNull();
		return position;
	}

}
