package io.github.kvevents.watch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What a watch promises, whatever the back end and wherever its changes come from.
 */
abstract class WatchContractTests extends WatchRaceContractTests {

	@Test
	void receivesEachChangeOfItsKeysWithTheValueBefore() {
		KvTemplate template = instance().template;
		template.set("user:0", "old");
		try (KvWatch watch = template.watch(WatchOptions.prefix("user:"))) {
			template.set("user:1", "a");
			template.setRaw("user:1", "b".getBytes(StandardCharsets.UTF_8));
			template.set("user:1", "b");
			template.set("users", "x");
			template.delete("user:0");
			template.delete("user:0");
			template.batchSet(new LinkedHashMap<>(Map.of("user:2", "c")));
			template.batchDelete(List.of("user:3", "user:2"));
			template.compareAndSet("user:1", "b", "d");
			List<KvEvent> events = WatchInstance.take(watch, 6);
			assertThat(WatchInstance.texts(events)).containsExactly("CREATED user:1=a", "UPDATED user:1=b",
					"REMOVED user:0", "CREATED user:2=c", "REMOVED user:2", "UPDATED user:1=d");
			assertThat(events.stream().map(KvEvent::getType)).containsExactly(KvEventType.SET, KvEventType.SET_RAW,
					KvEventType.DELETE, KvEventType.BATCH_SET, KvEventType.BATCH_DELETE, KvEventType.SET);
			assertThat(events.get(1).getPreviousValue(String.class)).isEqualTo("a");
			assertThat(events.get(2).getPreviousValue(String.class)).isEqualTo("old");
			assertThat(events.get(3).getBatch()).isNotNull();
			assertThat(events).allSatisfy((event) -> assertThat(event.getOrigin()).isEqualTo(WatchInstance.ORIGIN));
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
		}
	}

	@Test
	void receivesOnlyTheChosenChanges() {
		KvTemplate template = instance().template;
		try (KvWatch watch = template.watch(WatchOptions.all().changes(KvChange.REMOVED, KvChange.UNCHANGED));
				KvWatch deaf = template.watch(WatchOptions.all().changes(KvChange.UNCHANGED))) {
			template.set("a", "1");
			template.set("a", "1");
			template.set("a", "2");
			template.delete("a");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("REMOVED a");
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
			assertThat(deaf.poll(Duration.ZERO)).isNull();
			assertThat(deaf.poll(Duration.ofSeconds(Long.MIN_VALUE))).isNull();
		}
	}

	@Test
	void startsWithEachKeyThatExistsThenReceivesItsChanges() {
		KvTemplate template = instance().template;
		Set<String> expected = new HashSet<>();
		for (int i = 0; i < 700; i++) {
			template.set("user:" + i, "v" + i);
			expected.add("CREATED user:" + i + "=v" + i);
		}
		template.set("other", "x");
		WatchOptions options = WatchOptions.prefix("user:").initialReplay().bufferSize(3);
		try (KvWatch watch = template.watch(options)) {
			List<KvEvent> replayed = WatchInstance.take(watch, 700);
			assertThat(WatchInstance.texts(replayed)).doesNotHaveDuplicates().hasSameElementsAs(expected);
			assertThat(replayed).allSatisfy((event) -> {
				assertThat(event.getType()).isEqualTo(KvEventType.SET);
				assertThat(event.getRawPreviousValue()).isNull();
			});
			assertThat(watch.poll(Duration.ofMillis(50))).isNull();
			template.set("user:1", "new");
			template.delete("user:2");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 2))).containsExactly("UPDATED user:1=new",
					"REMOVED user:2");
		}
	}

	@Test
	void replaysWhatExistsWhateverChangesAreChosen() {
		KvTemplate template = instance().template;
		template.set("a", "1");
		try (KvWatch watch = template.watch(WatchOptions.all().changes(KvChange.REMOVED).initialReplay())) {
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("CREATED a=1");
			template.set("a", "2");
			template.delete("a");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("REMOVED a");
		}
	}

	@Test
	void failsWhenTheBufferIsFullAfterWhatIsInIt() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.prefix("k").bufferSize(3));
		write(instance.template, 3);
		assertThat(watch.isOpen()).isTrue();
		instance.template.set("k3", "v");
		await().until(() -> instance.watches.getOpenCount() == 0);
		instance.template.set("k4", "v");
		assertThat(watch.isOpen()).isTrue();
		assertThat(WatchInstance.texts(WatchInstance.take(watch, 3))).containsExactly("CREATED k0=v", "CREATED k1=v",
				"CREATED k2=v");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(WatchOverflowException.class).isThrownBy(() -> watch.poll(Duration.ofSeconds(9)))
				.withMessageContaining("the keys 'k'")
				.withMessageContaining("3 changes")
				.satisfies((ex) -> assertThat(ex.getBufferSize()).isEqualTo(3));
			assertThat(watch.isOpen()).isFalse();
		}
		watch.close();
		assertThat(watch.getDropped()).isZero();
	}

	@Test
	void countsWhatIsDropped() {
		WatchInstance instance = instance();
		KvWatch oldest = instance.watch(WatchOptions.all().bufferSize(3).overflow(WatchOverflow.DROP_OLDEST));
		KvWatch newest = instance.watch(WatchOptions.all().bufferSize(4).overflow(WatchOverflow.DROP_NEWEST));
		write(instance.template, 10);
		await().untilAsserted(() -> {
			assertThat(oldest.getDropped()).isEqualTo(7);
			assertThat(newest.getDropped()).isEqualTo(6);
		});
		assertThat(WatchInstance.texts(WatchInstance.take(oldest, 3))).containsExactly("CREATED k7=v", "CREATED k8=v",
				"CREATED k9=v");
		assertThat(WatchInstance.texts(WatchInstance.take(newest, 4))).containsExactly("CREATED k0=v", "CREATED k1=v",
				"CREATED k2=v", "CREATED k3=v");
		instance.template.set("later", "v");
		assertThat(WatchInstance.texts(WatchInstance.take(oldest, 1))).containsExactly("CREATED later=v");
		assertThat(WatchInstance.texts(WatchInstance.take(newest, 1))).containsExactly("CREATED later=v");
		assertThat(oldest.isOpen()).isTrue();
	}

	private static void write(KvTemplate template, int count) {
		for (int i = 0; i < count; i++) {
			template.set("k" + i, "v");
		}
	}

	@Test
	void readingWhileItIsOpenTakesEverythingAndTheFailure() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all().bufferSize(300));
		write(instance.template, 301);
		await().until(() -> instance.watches.getOpenCount() == 0);
		List<String> keys = new ArrayList<>();
		assertThatExceptionOfType(WatchOverflowException.class).isThrownBy(() -> readWhileOpen(watch, keys));
		assertThat(keys).hasSize(300);
		assertThat(watch.isOpen()).isFalse();
	}

	@Test
	void readingWhileItIsOpenTakesEverythingThatItHadReceivedWhenItWasClosed() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		KvWatch other = instance.watch(WatchOptions.all());
		write(instance.template, 101);
		// an event may reach one watch before the other, but the next one comes behind
		// both
		WatchInstance.take(other, 101);
		WatchInstance.take(watch, 1);
		watch.close();
		List<String> keys = new ArrayList<>();
		readWhileOpen(watch, keys);
		assertThat(keys).startsWith(IntStream.range(1, 100).mapToObj((number) -> "k" + number).toArray(String[]::new));
		other.close();
		assertThat(other.isOpen()).isFalse();
	}

	private static void readWhileOpen(KvWatch watch, List<String> keys) {
		while (watch.isOpen()) {
			KvEvent event = watch.poll(Duration.ofSeconds(20));
			if (event != null) {
				keys.add(event.getKey());
			}
		}
	}

	@Test
	void replayIsCompleteOnceItsLastEventWasHandedOut() {
		WatchInstance instance = instance();
		try (KvWatch empty = instance.watch(WatchOptions.all().initialReplay())) {
			assertThat(empty.isReplayComplete()).isTrue();
		}
		write(instance.template, 1_500);
		try (KvWatch watch = instance.watch(WatchOptions.all().initialReplay());
				KvWatch without = instance.watch(WatchOptions.all())) {
			assertThat(without.isReplayComplete()).isTrue();
			WatchInstance.take(watch, 1_499);
			assertThat(watch.isReplayComplete()).isFalse();
			WatchInstance.take(watch, 1);
			assertThat(watch.isReplayComplete()).isTrue();
			instance.template.set("later", "v");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("CREATED later=v");
			assertThat(watch.isReplayComplete()).isTrue();
		}
	}

	@Test
	void endsWhenNobodyReadsItForItsIdleTimeout() {
		WatchInstance instance = instance();
		// so long that a busy machine begins to read in time
		WatchOptions options = WatchOptions.all().idleTimeout(Duration.ofMillis(1500));
		KvWatch unread = instance.watch(options);
		KvWatch kept = instance.watch(WatchOptions.all());
		KvWatch read = instance.watch(options);
		// waits for longer than the timeout, and is a reader all the time
		assertThat(read.poll(Duration.ofSeconds(2))).isNull();
		assertThat(read.isOpen()).isTrue();
		await().until(() -> instance.watches.getOpenCount() == 1);
		assertThat(unread.isOpen()).isFalse();
		assertThat(unread.poll(Duration.ofSeconds(20))).isNull();
		assertThat(kept.isOpen()).isTrue();
	}

	@Test
	void theStreamWaitsEndsWhenClosedAndClosesTheWatch() throws Exception {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		Future<List<String>> read = this.writers.submit(() -> watch.stream().map(WatchInstance::text).toList());
		instance.template.set("a", "1");
		instance.template.set("b", "2");
		KvWatch other = instance.watch(WatchOptions.all());
		try (Stream<KvEvent> stream = other.stream()) {
			instance.template.set("c", "3");
			assertThat(stream.findFirst()).map(WatchInstance::text).hasValue("CREATED c=3");
		}
		assertThat(other.isOpen()).isFalse();
		await().until(() -> watch.getDropped() == 0 && isWaiting(read));
		watch.close();
		assertThat(read.get(20, TimeUnit.SECONDS)).startsWith("CREATED a=1", "CREATED b=2");
		assertThat(watch.poll(Duration.ofSeconds(20))).isNull();
	}

	private static boolean isWaiting(Future<?> task) {
		return !task.isDone();
	}

	@Test
	void theStreamThrowsAtTheEndOfFail() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all().bufferSize(2));
		write(instance.template, 3);
		await().until(() -> instance.watches.getOpenCount() == 0);
		List<String> received = new ArrayList<>();
		assertThatExceptionOfType(WatchOverflowException.class)
			.isThrownBy(() -> watch.stream().forEach((event) -> received.add(event.getKey())));
		assertThat(received).containsExactly("k0", "k1");
	}

	@Test
	void closingIsIdempotentAndLeavesWhatWasReceived() {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		instance.template.set("a", "1");
		assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("CREATED a=1");
		instance.template.set("b", "1");
		KvWatch second = instance.watch(WatchOptions.all());
		watch.close();
		watch.close();
		assertThat(instance.watches.getOpenCount()).isEqualTo(1);
		instance.template.set("c", "1");
		assertThat(WatchInstance.take(second, 1)).hasSize(1);
		second.close();
		assertThat(watch.stream().map(KvEvent::getKey)).doesNotContain("c");
		assertThat(watch.isOpen()).isFalse();
		assertThat(instance.watches.getOpenCount()).isZero();
	}

	@Test
	void stoppingEndsWhatIsOpenAndRefusesMore() throws Exception {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		Future<@Nullable KvEvent> poll = this.writers.submit(() -> watch.poll(Duration.ofMinutes(5)));
		instance.watches.stop();
		assertThat(poll.get(20, TimeUnit.SECONDS)).isNull();
		assertThat(watch.isOpen()).isFalse();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> instance.watch(WatchOptions.all()))
			.withMessage("A watch can't be opened while the application's context is stopped");
		assertThat(instance.watches.getOpenCount()).isZero();
		instance.watches.start();
		instance.watch(WatchOptions.all()).close();
	}

	@Test
	void aThreadThatIsInterruptedStopsWaiting() throws Exception {
		WatchInstance instance = instance();
		KvWatch watch = instance.watch(WatchOptions.all());
		AtomicBoolean flag = new AtomicBoolean();
		Thread thread = new Thread(() -> {
			KvEvent event = watch.poll(Duration.ofMinutes(5));
			flag.set(event == null && Thread.currentThread().isInterrupted());
		});
		thread.start();
		await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		thread.interrupt();
		thread.join(20_000);
		assertThat(flag).isTrue();
		assertThat(watch.isOpen()).isTrue();
	}

	@Test
	void aCollectionIsWatched() {
		WatchInstance instance = instance();
		var users = instance.template.collection("users", String.class);
		users.set("1", "a");
		instance.template.set("user", "x");
		try (KvWatch watch = users.watch(); KvWatch replayed = users.watch(WatchOptions::initialReplay)) {
			users.set("2", "b");
			users.delete("1");
			assertThat(WatchInstance.texts(WatchInstance.take(watch, 2))).containsExactly("CREATED users:2=b",
					"REMOVED users:1");
			assertThat(WatchInstance.texts(WatchInstance.take(replayed, 3))).containsExactly("CREATED users:1=a",
					"CREATED users:2=b", "REMOVED users:1");
		}
	}

}
