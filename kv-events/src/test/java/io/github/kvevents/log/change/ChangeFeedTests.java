package io.github.kvevents.log.change;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.NoThreads;
import io.github.kvevents.log.ReadPosition;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link StoreChangeFeed} on a store that fails and loses its log on demand.
 */
class ChangeFeedTests {

	private final SwitchedStore store = new SwitchedStore(new Namespace("test", 3), 1_000_000);

	private final StoreChangeFeed feed = new StoreChangeFeed(this.store);

	@AfterEach
	void stop() {
		this.feed.stop();
	}

	@Test
	void aSubscriberReceivesEachChangeFromNowOnInOrder() {
		this.store.write("before", "1");
		Recorder first = new Recorder();
		this.feed.subscribe(first);
		await().until(() -> first.connects.get() == 1);
		Recorder second = new Recorder();
		this.feed.subscribe(second);
		assertThat(second.connects).hasValue(1);
		for (int i = 0; i < 500; i++) {
			this.store.write("k" + i % 7, "v" + i);
		}
		for (Recorder recorder : List.of(first, second)) {
			await().until(() -> recorder.received.size() == 500);
			assertThat(recorder.received).doesNotHaveDuplicates().doesNotContain("before=1");
			assertThat(recorder.of("k3")).isEqualTo(expected("k3", 3, 500));
			assertThat(recorder.resets).isEmpty();
		}
	}

	@Test
	void subscriberForWhomThereIsNoThreadIsNoSubscriber() {
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> NoThreads.during(() -> this.feed.subscribe(new Recorder())));
		Recorder next = new Recorder();
		ChangeFeed.Subscription only = this.feed.subscribe(next);
		await().until(() -> next.connects.get() == 1);
		only.close();
		await().until(() -> this.store.tails.get() == 0 && this.feed.cursor().isEmpty());
	}

	private static List<String> expected(String key, int from, int to) {
		List<String> expected = new ArrayList<>();
		for (int i = from; i < to; i += 7) {
			expected.add(key + "=v" + i);
		}
		return expected;
	}

	@Test
	void aSubscriptionThatIsClosedHearsNothingMoreAndTheReaderEndsWithTheLast() throws Exception {
		Recorder first = new Recorder();
		Recorder second = new Recorder();
		ChangeFeed.Subscription one = this.feed.subscribe(first);
		ChangeFeed.Subscription two = this.feed.subscribe(second);
		await().until(() -> first.connects.get() == 1);
		one.close();
		one.close();
		this.store.write("k", "1");
		await().until(() -> second.received.size() == 1);
		assertThat(first.received).isEmpty();
		assertThat(this.store.tails).hasValue(1);
		two.close();
		await().until(() -> this.store.tails.get() == 0 && this.feed.cursor().isEmpty());
		this.store.write("k", "2");
		Recorder third = new Recorder();
		this.feed.subscribe(third);
		await().until(() -> third.connects.get() == 1);
		this.store.write("k", "3");
		await().untilAsserted(() -> assertThat(third.received).containsExactly("k=3"));
		assertThat(second.received).containsExactly("k=1");
	}

	@Test
	void subscriberJoiningDuringWritesReceivesEachChangeOnce() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		AtomicInteger written = new AtomicInteger();
		Thread writer = new Thread(() -> {
			while (!stop.get()) {
				this.store.write("k" + written.get() % 5, "v" + written.getAndIncrement());
				LockSupport.parkNanos(50_000);
			}
		});
		writer.start();
		try {
			for (int round = 0; round < 10; round++) {
				Recorder recorder = new Recorder();
				Map<Integer, KvPosition> positions = ends();
				Map<Integer, KvPosition> start = new TreeMap<>(positions);
				ChangeFeed.Subscription subscription = null;
				while (subscription == null) {
					readOn(positions, recorder);
					subscription = this.feed.join(cursors(positions), recorder);
				}
				int target = recorder.received.size() + 200;
				await().until(() -> recorder.received.size() > target);
				subscription.close();
				List<String> received = List.copyOf(recorder.received);
				for (int partition = 0; partition < 3; partition++) {
					List<String> all = this.store.read(Objects.requireNonNull(start.get(partition)), 1_000_000)
						.stream()
						.map(Recorder::text)
						.toList();
					int number = partition;
					List<String> of = received.stream().filter((text) -> partitionOf(text) == number).toList();
					assertThat(all.subList(0, of.size())).isEqualTo(of);
				}
				if (round % 2 == 0) {
					// so that the feed begins anew, or has just ended
					await().until(() -> this.store.tails.get() == 0);
				}
			}
		}
		finally {
			stop.set(true);
			writer.join();
		}
	}

	private static Map<Integer, PartitionCursor> cursors(Map<Integer, KvPosition> positions) {
		Map<Integer, PartitionCursor> cursors = new TreeMap<>();
		positions.forEach(
				(partition, position) -> cursors.put(partition, new PartitionCursor(ReadPosition.after(position))));
		return cursors;
	}

	private int partitionOf(String text) {
		return this.store.getSettings().namespace().partitionOf(text.substring(0, text.indexOf('=')));
	}

	private void readOn(Map<Integer, KvPosition> positions, Recorder recorder) {
		positions.replaceAll((partition, position) -> {
			List<LoggedChange> read = this.store.read(position, 1_000_000);
			if (read.isEmpty()) {
				return position;
			}
			recorder.onChanges(read);
			return read.get(read.size() - 1).position();
		});
	}

	private Map<Integer, KvPosition> ends() {
		Map<Integer, KvPosition> ends = new TreeMap<>();
		for (int partition = 0; partition < 3; partition++) {
			ends.put(partition, this.store.getState(partition).last());
		}
		return ends;
	}

	@Test
	void whatWasReadAheadAndLostIsSignalledAlsoWhenOthersHaveWrittenSince() {
		Recorder running = new Recorder();
		this.feed.subscribe(running);
		await().until(() -> running.connects.get() == 1);
		Recorder ahead = new Recorder();
		this.store.whileUnread(() -> {
			KvPosition read = this.store.write("k", "1");
			assertThat(this.feed.join(cursors(ends()), ahead)).isNotNull();
			await().until(() -> System.currentTimeMillis() > read.millis());
			this.store.loseAll();
			this.store.write("k", "2");
		});
		await().until(() -> ahead.resets.size() == 1);
		this.store.write("k", "3");
		await().untilAsserted(() -> assertThat(ahead.received).containsExactly("k=3"));
		assertThat(running.received).containsExactly("k=2", "k=3");
		assertThat(running.resets).isEmpty();
	}

	@Test
	void whoIsTooFarBehindHasToReadOn() {
		Map<Integer, KvPosition> positions = ends();
		Recorder running = new Recorder();
		this.feed.subscribe(running);
		await().until(() -> running.connects.get() == 1);
		for (int i = 0; i < 1500; i++) {
			this.store.write("k", "v" + i);
		}
		await().until(() -> running.received.size() == 1500);
		Recorder late = new Recorder();
		assertThat(this.feed.join(cursors(positions), late)).isNull();
		int partition = partitionOf("k=");
		positions.put(partition,
				this.store.read(Objects.requireNonNull(positions.get(partition)), 600).get(599).position());
		assertThat(this.feed.join(cursors(positions), late)).isNotNull();
		assertThat(late.received).hasSize(900).startsWith("k=v600").endsWith("k=v1499");
		assertThatIllegalArgumentException().isThrownBy(() -> this.feed.join(Map.of(), late))
			.withMessage("'positions' must have one of each of 3 partition(s) but has those of []");
	}

	@Test
	void nothingIsLostWhileTheStoreFails() {
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> recorder.connects.get() == 1);
		this.store.write("k", "1");
		await().until(() -> recorder.received.size() == 1);
		this.store.failing = true;
		await().until(() -> this.store.tails.get() == 0);
		this.store.write("k", "2");
		this.store.write("k", "3");
		this.store.failing = false;
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1", "k=2", "k=3"));
		assertThat(recorder.connects).hasValue(2);
		assertThat(recorder.resets).isEmpty();
	}

	@Test
	void aStoreThatFailsWhenTheFirstSubscribesIsTriedAgain() {
		this.store.failing = true;
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> this.store.failures.get() > 2);
		assertThat(this.feed.cursor()).isEmpty();
		assertThat(recorder.connects).hasValue(0);
		this.store.failing = false;
		await().until(() -> recorder.connects.get() == 1);
		this.store.write("k", "1");
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1"));
	}

	@Test
	void aLogThatWasLostIsSignalledAndFollowedFromItsNewEnd() {
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> recorder.connects.get() == 1);
		this.store.write("k", "1");
		await().until(() -> recorder.received.size() == 1);
		this.store.loseAll();
		int partition = partitionOf("k=");
		await().untilAsserted(
				() -> assertThat(recorder.resets).containsExactly(new KvPosition(partition, 0, 0).toString()));
		this.store.write("k", "2");
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1", "k=2"));
	}

	@Test
	void whatWasTrimmedBeforeItWasReadIsSignalledAlsoWhenReadingWentOnBehindIt() {
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> recorder.connects.get() == 1);
		this.store.write("k", "1");
		await().until(() -> recorder.received.size() == 1);
		int partition = partitionOf("k=");
		this.store.whileUnread(() -> {
			this.store.write("k", "2");
			this.store.trim(new KvPosition(partition, Long.MAX_VALUE, 0));
			this.store.write("k", "3");
		});
		await().untilAsserted(() -> assertThat(recorder.resets).hasSize(1));
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1", "k=3"));
		this.store.write("k", "4");
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1", "k=3", "k=4"));
		assertThat(recorder.resets).hasSize(1);
	}

	@Test
	void whatOneSubscriberThrowsDoesNotReachTheOthers() {
		Recorder failing = new Recorder() {

			@Override
			public void onChanges(List<LoggedChange> changes) {
				throw new AssertionError("on purpose");
			}

		};
		Recorder well = new Recorder();
		this.feed.subscribe(failing);
		this.feed.subscribe(well);
		await().until(() -> well.connects.get() == 1);
		this.store.write("k", "1");
		this.store.write("k", "2");
		await().untilAsserted(() -> assertThat(well.received).containsExactly("k=1", "k=2"));
		assertThat(failing.connects).hasValue(1);
	}

	@Test
	void itStopsAndResumesWhereItWas() {
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> recorder.connects.get() == 1);
		this.feed.stop();
		assertThat(this.feed.isRunning()).isFalse();
		assertThat(this.store.tails).hasValue(0);
		this.store.write("k", "1");
		this.feed.start();
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1"));
	}

	@Test
	@Timeout(20)
	void startedAgainItReadsAlsoWhileTheReadBeforeHangs() {
		CompletableFuture<Thread> reading = new CompletableFuture<>();
		Recorder recorder = new Recorder() {

			@Override
			public void onConnect() {
				reading.complete(Thread.currentThread());
			}

		};
		this.feed.subscribe(recorder);
		Thread before = reading.join();
		this.store.whileUnread(() -> {
			await().until(() -> before.getState() == Thread.State.BLOCKED);
			this.feed.stop();
			this.feed.start();
			await().untilAsserted(() -> assertThat(this.store.tails).as("it has a tail of its own").hasValue(2));
			assertThat(before.isAlive()).isTrue();
		});
		this.store.write("k", "1");
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1"));
		await().until(() -> !before.isAlive());
		assertThat(this.store.tails).hasValue(1);
	}

	@Test
	@Timeout(20)
	void whatIsReadAfterAStopIsHandedOnByTheNextStart() {
		CompletableFuture<Thread> reading = new CompletableFuture<>();
		Recorder recorder = new Recorder() {

			@Override
			public void onConnect() {
				reading.complete(Thread.currentThread());
			}

		};
		this.feed.subscribe(recorder);
		Thread before = reading.join();
		this.store.whileUnread(() -> {
			await().until(() -> before.getState() == Thread.State.BLOCKED);
			this.feed.stop();
			this.store.write("k", "1");
		});
		await().until(() -> !before.isAlive());
		assertThat(recorder.received).isEmpty();
		this.feed.start();
		await().untilAsserted(() -> assertThat(recorder.received).containsExactly("k=1"));
	}

	@Test
	void startedAgainItBeginsAtTheEndForWhoComesThen() {
		Recorder before = new Recorder();
		ChangeFeed.Subscription subscription = this.feed.subscribe(before);
		await().until(() -> before.connects.get() == 1);
		this.feed.stop();
		subscription.close();
		this.store.write("k", "1");
		this.feed.start();
		Recorder recorder = new Recorder();
		this.feed.subscribe(recorder);
		await().until(() -> recorder.connects.get() == 1);
		this.store.write("k", "2");
		await().untilAsserted(() -> assertThat(recorder.received).endsWith("k=2"));
		assertThat(recorder.received).containsExactly("k=2");
	}

	/**
	 * Keeps what it receives.
	 */
	static class Recorder implements ChangeFeed.Subscriber {

		final List<String> received = new CopyOnWriteArrayList<>();

		final List<String> resets = new CopyOnWriteArrayList<>();

		final AtomicInteger connects = new AtomicInteger();

		final AtomicInteger comparisons = new AtomicInteger();

		@Override
		public void onChanges(List<LoggedChange> changes) {
			this.received.addAll(changes.stream().map(Recorder::text).toList());
		}

		@Override
		public void onReset(int partition, KvPosition to) {
			assertThat(to.partition()).isEqualTo(partition);
			this.resets.add(to.toString());
		}

		@Override
		public void onCompare(KvPosition last) {
			this.comparisons.incrementAndGet();
		}

		@Override
		public void onConnect() {
			this.connects.incrementAndGet();
		}

		List<String> of(String key) {
			return this.received.stream().filter((text) -> text.startsWith(key + "=")).toList();
		}

		static String text(LoggedChange change) {
			return change.key() + "=" + new String(Objects.requireNonNull(change.value()), StandardCharsets.UTF_8);
		}

	}

}
