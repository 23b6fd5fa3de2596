package io.github.kvevents.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.StartPosition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What a listener promises on every back end.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
abstract class ListenerContractTests {

	private static final ListenerOptions QUICK = ListenerOptions.defaults()
		.batchSize(7)
		.initialBackoff(Duration.ofMillis(1))
		.maxBackoff(Duration.ofMillis(3));

	ListeningInstance instance;

	final Recorder recorder = new Recorder();

	abstract ListeningInstance createInstance(String id, int partitions, ListenerSettings settings);

	@BeforeEach
	void setUp() {
		this.instance = createInstance("one", 1, ListeningInstance.SETTINGS);
	}

	@AfterEach
	void tearDown() {
		this.instance.close();
	}

	@Test
	void everyChangeIsHeardInOrderWithItsPosition() {
		this.instance.template.set("before", "0");
		listen(QUICK);
		write("k", 50);
		this.instance.template.set("k", "49");
		this.instance.template.delete("k");
		awaitHeard(52);
		List<KvEvent> events = this.recorder.events();
		assertThat(events.get(0).getKey()).isEqualTo("before");
		assertThat(events.subList(1, 51)).extracting((event) -> event.getValue(String.class))
			.containsExactlyElementsOf(numbers(50));
		assertThat(events.get(51).getType()).isEqualTo(KvEventType.DELETE);
		assertThat(events.get(51).getPreviousValue(String.class)).isEqualTo("49");
		assertThat(events.get(51).getOrigin()).isEqualTo("one");
		assertThat(events).extracting(KvEvent::getPosition).doesNotContainNull().isSorted();
	}

	@Test
	void whatTheOptionsLeaveOutIsNotHeardAndMovesTheCheckpoint() {
		KvSubscription subscription = listen(
				QUICK.events(KvEventType.SET).changes(KvChange.CREATED).filter(KeyFilter.prefix("a")));
		this.instance.template.set("a1", "1");
		this.instance.template.set("a1", "2");
		this.instance.template.set("b1", "1");
		this.instance.template.setRaw("a2", new byte[] { 1 });
		this.instance.template.delete("a1");
		this.instance.template.set("a3", "1");
		this.instance.template.set("b2", "1");
		awaitNoLag(subscription);
		assertThat(this.recorder.received()).containsExactly("a1=1", "a3=1");
		assertThat(subscription.getStats().filtered()).isEqualTo(5);
		await().until(() -> latest().equals(checkpoint(subscription)));
	}

	@Test
	void resumesFromItsCheckpointWhenRegisteredAgain() {
		KvSubscription first = listen(QUICK);
		write("k", 30);
		awaitHeard(30);
		first.close();
		assertThat(first.getState()).isEqualTo(SubscriptionState.STOPPED);
		this.instance.template.set("later", "1");
		listen(QUICK.startAt(StartAt.LATEST));
		awaitHeard(31);
		assertThat(this.recorder.received()).hasSize(31).endsWith("later=1");
	}

	@Test
	void latestBeginsWithWhatComes() {
		write("k", 5);
		listen(QUICK.startAt(StartAt.LATEST));
		this.instance.template.set("new", "1");
		awaitHeard(1);
		assertThat(this.recorder.received()).containsExactly("new=1");
	}

	@Test
	void latestBeginsWithWhatComesAfterTheStart() {
		this.instance.engine.stop();
		listen(QUICK.startAt(StartAt.LATEST));
		write("k", 5);
		this.instance.engine.start();
		this.instance.template.set("new", "1");
		awaitHeard(1);
		assertThat(this.recorder.received()).containsExactly("new=1");
	}

	@Test
	void endlessAttemptsBeforeADeadLetterAreWarnedOf(CapturedOutput output) {
		listen(QUICK.onExhausted(OnExhausted.DEAD_LETTER).maxAttempts(1)).close();
		listen(QUICK).close();
		assertThat(output).doesNotContain("maxAttempts");
		listen(QUICK.onExhausted(OnExhausted.DEAD_LETTER));
		assertThat(output).contains("has onExhausted = DEAD_LETTER, but tries for ever as long as maxAttempts is 0");
	}

	@Test
	void blockTriesUntilItSucceeds() {
		AtomicInteger attempts = new AtomicInteger();
		KvSubscription subscription = listen("audit", QUICK, (event) -> {
			if (event.getKey().equals("poison") && attempts.incrementAndGet() <= 100) {
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
		});
		this.instance.template.set("poison", "1");
		this.instance.template.set("good", "2");
		awaitHeard(2);
		assertThat(this.recorder.received()).containsExactly("poison=1", "good=2");
		assertThat(attempts).hasValue(101);
		assertThat(subscription.getStats().failed()).isEqualTo(100);
		assertThat(subscription.getStats().lastError()).isEqualTo(IllegalStateException.class.getName());
		assertThat(subscription.getStats().retrying()).isZero();
	}

	@Test
	void skipGivesUpAfterItsAttempts() {
		AtomicInteger attempts = new AtomicInteger();
		KvSubscription subscription = listen("audit", QUICK.maxAttempts(3).onExhausted(OnExhausted.SKIP), (event) -> {
			if (event.getKey().equals("poison")) {
				attempts.incrementAndGet();
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
		});
		this.instance.template.set("poison", "1");
		this.instance.template.set("good", "2");
		awaitHeard(1);
		awaitNoLag(subscription);
		assertThat(this.recorder.received()).containsExactly("good=2");
		assertThat(attempts).hasValue(3);
		assertThat(subscription.getStats().skipped()).isEqualTo(1);
		assertThat(subscription.getDeadLetters().count()).isZero();
	}

	@Test
	void filterThatFailsIsAskedAgainUntilItSays() {
		AtomicInteger asked = new AtomicInteger();
		KvSubscription subscription = listen(QUICK.filter((key) -> {
			if (key.startsWith("poison") && asked.incrementAndGet() <= 10) {
				throw new IllegalStateException("from the test");
			}
			return !key.equals("poison:no");
		}));
		this.instance.template.set("poison:no", "1");
		this.instance.template.set("poison:yes", "2");
		this.instance.template.set("good", "3");
		awaitHeard(2);
		assertThat(this.recorder.received()).containsExactly("poison:yes=2", "good=3");
		awaitNoLag(subscription);
		assertThat(subscription.getStats().filtered()).isEqualTo(1);
		assertThat(subscription.getStats().processed()).isEqualTo(2);
		assertThat(subscription.getStats().failed()).isBetween(8L, 9L);
		assertThat(subscription.getStats().lastError()).isEqualTo(IllegalStateException.class.getName());
		assertThat(subscription.getStats().retrying()).isZero();
	}

	@Test
	void filterThatKeepsFailingIsExhaustedLikeAHandler() {
		AtomicBoolean broken = new AtomicBoolean(true);
		KvSubscription subscription = listen(QUICK.maxAttempts(3).onExhausted(OnExhausted.DEAD_LETTER).filter((key) -> {
			if (key.equals("poison") && broken.get()) {
				throw new IllegalStateException("from the test");
			}
			return key.equals("good");
		}));
		this.instance.template.set("poison", "1");
		this.instance.template.set("good", "2");
		awaitHeard(1);
		awaitNoLag(subscription);
		assertThat(this.recorder.received()).containsExactly("good=2");
		assertThat(subscription.getStats().failed()).isEqualTo(3);
		assertThat(subscription.getDeadLetters().list(5)).singleElement()
			.satisfies((letter) -> assertThat(letter.attempts()).isEqualTo(3))
			.satisfies((letter) -> assertThat(letter.event().getKey()).isEqualTo("poison"));
		assertThat(subscription.getDeadLetters().redriveAll(5)).as("the filter still fails").isZero();
		broken.set(false);
		assertThat(subscription.getDeadLetters().redriveAll(5)).isEqualTo(1);
		assertThat(subscription.getDeadLetters().count()).isZero();
		assertThat(this.recorder.received()).as("the filter leaves it out").containsExactly("good=2");
	}

	@Test
	void pauseBetweenAttemptsIsKept() {
		Duration lease = Duration.ofSeconds(2);
		this.instance.close();
		this.instance = createInstance("one", 1, ListeningInstance.SETTINGS.lease(lease));
		KvSubscription subscription = listen("audit",
				QUICK.maxBackoff(Duration.ofMinutes(2)).initialBackoff(Duration.ofMinutes(2)), (event) -> {
					throw new IllegalStateException("from the test");
				});
		this.instance.template.set("k", "1");
		await().until(() -> subscription.getStats().attempts() == 1);
		await().during(lease.multipliedBy(2)).until(() -> subscription.getStats().attempts() == 1);
	}

	@Test
	void poisonBecomesADeadLetterOnceAndBlocksOnlyItsKey() {
		CountDownLatch othersWereHandled = new CountDownLatch(99);
		ListenerOptions options = QUICK.batchSize(200)
			.concurrency(4)
			.maxAttempts(2)
			.onExhausted(OnExhausted.DEAD_LETTER);
		KvSubscription subscription = listen("audit", options, (event) -> {
			if (event.getKey().equals("k13")) {
				assertThat(othersWereHandled.await(20, TimeUnit.SECONDS)).isTrue();
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
			othersWereHandled.countDown();
		});
		IntStream.range(0, 100).forEach((number) -> this.instance.template.set("k" + number, "v"));
		awaitNoLag(subscription);
		List<KvDeadLetter> letters = subscription.getDeadLetters().list(10);
		assertThat(letters).hasSize(1);
		assertThat(letters.get(0).event().getKey()).isEqualTo("k13");
		assertThat(letters.get(0).event().getValue(String.class)).isEqualTo("v");
		assertThat(letters.get(0).attempts()).isEqualTo(2);
		assertThat(letters.get(0).error()).isEqualTo(IllegalStateException.class.getName());
		assertThat(letters.get(0).message()).isEqualTo("from the test");
		assertThat(letters.get(0).toString()).doesNotContain("from the test", "k13");
		assertThat(this.recorder.events()).hasSize(99);
		assertThat(subscription.getStats().deadLettered()).isEqualTo(1);
	}

	@Test
	void deadLetterOfAnErrorWithoutMessageHasNone() {
		KvSubscription subscription = listen("audit", QUICK.maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER),
				(event) -> {
					throw new IllegalStateException();
				});
		write("k", 1);
		awaitNoLag(subscription);
		assertThat(subscription.getDeadLetters().list(10)).singleElement()
			.satisfies((letter) -> assertThat(letter.message()).isEmpty());
	}

	@Test
	void keyThatIsTriedAgainHoldsUpItsOwnEventsAndNoOthers() {
		AtomicBoolean broken = new AtomicBoolean(true);
		listen("audit", QUICK.batchSize(50).concurrency(2), (event) -> {
			if (event.getKey().equals("slow") && broken.get()) {
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
		});
		this.instance.template.set("slow", "1");
		this.instance.template.set("slow", "2");
		write("other", 20);
		awaitHeard(20);
		assertThat(this.recorder.received()).noneMatch((received) -> received.startsWith("slow"));
		broken.set(false);
		awaitHeard(22);
		assertThat(this.recorder.received().subList(20, 22)).containsExactly("slow=1", "slow=2");
	}

	@Test
	void blockedEventLetsNoMoreThanABatchPass() {
		KvSubscription subscription = listen("audit", QUICK.batchSize(10).concurrency(3), (event) -> {
			if (event.getKey().equals("slow")) {
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
		});
		this.instance.template.set("slow", "1");
		write("other", 50);
		awaitHeard(11);
		await().during(Duration.ofMillis(200)).until(() -> this.recorder.size() == 11);
		subscription.checkpoint(position(0));
		awaitHeard(50);
		assertThat(this.recorder.received()).doesNotHaveDuplicates().hasSize(50);
	}

	@Test
	void deadLetterIsSentAgain() {
		AtomicBoolean broken = new AtomicBoolean(true);
		KvSubscription subscription = listen("audit", QUICK.maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER),
				(event) -> {
					if (broken.get()) {
						throw new IllegalStateException("from the test");
					}
					this.recorder.onEvent(event);
				});
		write("k", 3);
		await().until(() -> subscription.getDeadLetters().count() == 3);
		KvDeadLetters letters = subscription.getDeadLetters();
		String first = letters.list(1).get(0).id();
		assertThat(letters.redrive(first)).isFalse();
		assertThat(letters.redrive(first)).as("has another id now").isFalse();
		assertThat(letters.list(5)).extracting(KvDeadLetter::attempts).containsExactly(1, 1, 2);
		broken.set(false);
		assertThat(letters.discard(letters.list(1).get(0).id())).isTrue();
		assertThat(letters.redriveAll(1)).isEqualTo(1);
		assertThat(letters.redriveAll(100)).isEqualTo(1);
		assertThat(letters.count()).isZero();
		assertThat(this.recorder.received()).containsExactly("k=2", "k=0");
		assertThatIllegalArgumentException().isThrownBy(() -> letters.redrive("../x")).withMessageContaining("../x");
	}

	@Test
	void deadLettersAreListedInPagesAndDiscarded() {
		KvSubscription subscription = listen("audit", QUICK.maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER),
				(event) -> {
					throw new IllegalStateException("from the test");
				});
		write("k", 5);
		KvDeadLetters letters = subscription.getDeadLetters();
		await().until(() -> letters.count() == 5);
		List<String> all = letters.list(9).stream().map(KvDeadLetter::id).toList();
		assertThat(letters.listAfter(all.get(1), 2)).extracting(KvDeadLetter::id).isEqualTo(all.subList(2, 4));
		assertThat(letters.listAfter(all.get(4), 2)).isEmpty();
		assertThat(letters.listAfter("7:1-0", 2)).as("a partition that there isn't").isEmpty();
		assertThat(letters.discardAll(2)).isEqualTo(2);
		assertThat(letters.list(9)).extracting(KvDeadLetter::id).isEqualTo(all.subList(2, 5));
		assertThat(letters.discardAll(100)).isEqualTo(3);
		assertThat(letters.discardAll(100)).isZero();
		assertThat(letters.count()).isZero();
		assertThatIllegalArgumentException().isThrownBy(() -> letters.listAfter("../x", 1))
			.withMessageContaining("../x");
		assertThatIllegalArgumentException().isThrownBy(() -> letters.discardAll(0)).withMessageContaining("'limit'");
	}

	@Test
	void interruptOfAHandlerKeepsNoEventFromBeingHandledOrDeadLettered() {
		AtomicBoolean broken = new AtomicBoolean(true);
		KvSubscription subscription = listen("audit",
				QUICK.maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER).filter(KeyFilter.prefix("in")), (event) -> {
					this.instance.template.set("out:" + event.getKey(), "done");
					this.recorder.onEvent(event);
					Thread.currentThread().interrupt();
					if (event.getKey().equals("in:poison") && broken.get()) {
						throw new InterruptedException("from the test");
					}
				});
		this.instance.template.set("in:1", "v");
		this.instance.template.set("in:poison", "v");
		this.instance.template.set("in:2", "v");
		awaitHeard(3);
		await().until(() -> subscription.getDeadLetters().count() == 1);
		awaitNoLag(subscription);
		assertThat(subscription.getStats().failed()).isEqualTo(1);
		String letter = subscription.getDeadLetters().list(1).get(0).id();
		assertThat(subscription.getDeadLetters().redrive(letter)).isFalse();
		assertThat(Thread.interrupted()).as("the handler's, on this thread").isTrue();
		assertThat(subscription.getDeadLetters().list(1).get(0).attempts()).as("it is written down").isEqualTo(2);
		broken.set(false);
		letter = subscription.getDeadLetters().list(1).get(0).id();
		assertThat(subscription.getDeadLetters().redrive(letter)).isTrue();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(subscription.getDeadLetters().count()).isZero();
	}

	@Test
	void handlerMayWrite() {
		listen("audit", QUICK.filter(KeyFilter.prefix("in")), (event) -> {
			this.instance.template.set("out:" + event.getKey(), "done");
			this.instance.template.set("out:last", event.getKey());
			this.recorder.onEvent(event);
		});
		IntStream.range(0, 40).forEach((number) -> this.instance.template.set("in" + number, "v"));
		awaitHeard(40);
		assertThat(this.instance.template.get("out:in39", String.class)).contains("done");
	}

	@Test
	void pauseBeginsNothingMoreUntilItIsEnded() {
		KvSubscription subscription = listen(QUICK);
		write("k", 5);
		awaitHeard(5);
		subscription.pause();
		assertThat(subscription.getState()).isEqualTo(SubscriptionState.PAUSED);
		write("more", 5);
		await().until(() -> subscription.getStats().lag() == 5);
		assertThat(this.recorder.size()).isEqualTo(5);
		subscription.close();
		KvSubscription again = listen(QUICK);
		await().until(() -> again.getState() == SubscriptionState.PAUSED);
		assertThat(this.recorder.size()).isEqualTo(5);
		again.resume();
		awaitHeard(10);
		await().until(() -> again.getState() == SubscriptionState.RUNNING);
	}

	@Test
	void seekBackHearsAgainAndForwardLeavesOut() {
		KvSubscription subscription = listen(QUICK);
		write("k", 10);
		awaitHeard(10);
		KvPosition fifth = position(4);
		subscription.seek(StartPosition.after(fifth));
		awaitHeard(15);
		assertThat(this.recorder.received().subList(10, 15)).containsExactly("k=5", "k=6", "k=7", "k=8", "k=9");
		subscription.seek(StartPosition.at(fifth));
		awaitHeard(21);
		subscription.seek(StartPosition.earliest());
		awaitHeard(31);
		subscription.pause();
		write("left out", 4);
		subscription.seek(StartPosition.latest());
		subscription.resume();
		this.instance.template.set("end", "1");
		awaitHeard(32);
		assertThat(this.recorder.received()).endsWith("end=1").noneMatch((received) -> received.startsWith("left out"));
		assertThat(this.recorder.gaps).isEmpty();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> subscription.seek(StartPosition.at(new KvPosition(7, 1, 1))));
	}

	@Test
	void noOrderTakesAPositionThatTheLogCanNeverHaveHad() {
		KvSubscription subscription = listen(QUICK);
		subscription.pause();
		write("k", 3);
		KvPosition end = latest();
		// a digit too many
		KvPosition impossible = new KvPosition(0, 10 * end.millis(), 0);
		for (StartPosition start : List.of(StartPosition.at(impossible), StartPosition.after(impossible))) {
			assertThatIllegalArgumentException().isThrownBy(() -> subscription.seek(start))
				.withMessageContainingAll(impossible.toString(), end.toString(), "latest");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> subscription.checkpoint(impossible))
			.withMessageContaining(impossible.toString());
		subscription.resume();
		awaitHeard(3);
	}

	@Test
	void whatHappensDuringASeekIsNotHeardOutOfOrder() throws Exception {
		CountDownLatch inHandler = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Set<String> running = ConcurrentHashMap.newKeySet();
		KvSubscription subscription = listen("audit", QUICK.concurrency(3), (event) -> {
			assertThat(running.add(event.getKey())).as("one at a time for a key").isTrue();
			if (this.recorder.size() == 2) {
				inHandler.countDown();
				goOn.await();
			}
			this.recorder.onEvent(event);
			running.remove(event.getKey());
		});
		write("k", 5);
		inHandler.await();
		subscription.seek(StartPosition.earliest());
		await().during(Duration.ofMillis(300)).until(() -> this.recorder.size() == 2);
		goOn.countDown();
		awaitHeard(8);
		assertThat(this.recorder.received()).containsExactly("k=0", "k=1", "k=2", "k=0", "k=1", "k=2", "k=3", "k=4");
		assertThat(subscription.getStats().failed()).isZero();
	}

	@Test
	void checkpointSkipsWhatKeepsFailing() {
		KvSubscription subscription = listen("audit", QUICK, (event) -> {
			if (event.getKey().equals("poison")) {
				throw new IllegalStateException("from the test");
			}
			this.recorder.onEvent(event);
		});
		this.instance.template.set("poison", "1");
		KvPosition poison = latest();
		this.instance.template.set("good", "2");
		await().until(() -> subscription.getStats().attempts() > 3);
		assertThat(this.recorder.received()).isEmpty();
		subscription.checkpoint(poison);
		awaitHeard(1);
		subscription.checkpoint(poison);
		awaitNoLag(subscription);
		assertThat(this.recorder.received()).containsExactly("good=2");
	}

	@Test
	void closeLetsTheHandlerEndAndLosesNothing() throws Exception {
		CountDownLatch inHandler = new CountDownLatch(1);
		CountDownLatch closing = new CountDownLatch(1);
		KvSubscription subscription = listen("audit", QUICK, (event) -> {
			inHandler.countDown();
			closing.await();
			this.recorder.onEvent(event);
		});
		write("k", 20);
		inHandler.await();
		Thread closer = new Thread(subscription::close);
		closer.start();
		await().until(() -> subscription.getState() == SubscriptionState.STOPPING);
		assertThat(closer.isAlive()).isTrue();
		closing.countDown();
		closer.join();
		assertThat(this.recorder.received()).containsExactly("k=0");
		assertThat(subscription.getStats().failed()).isZero();
		listen(QUICK);
		awaitHeard(20);
		assertThat(this.recorder.received()).as("neither lost nor twice").hasSize(20).doesNotHaveDuplicates();
	}

	@Test
	void stoppedAndStartedItResumesFromItsCheckpoint() {
		KvSubscription subscription = listen(QUICK);
		write("k", 20);
		awaitHeard(20);
		for (int cycle = 1; cycle <= 2; cycle++) {
			this.instance.engine.stop();
			assertThat(subscription.getState()).isEqualTo(SubscriptionState.STOPPED);
			assertThat(this.instance.engine.all()).containsExactly(subscription);
			this.instance.template.set("stopped", String.valueOf(cycle));
			this.instance.engine.start();
			awaitHeard(20 + cycle);
			await().until(() -> subscription.getState() == SubscriptionState.RUNNING);
		}
		assertThat(this.recorder.received()).endsWith("stopped=1", "stopped=2").doesNotHaveDuplicates();
		// the last one counts when its handler has returned
		await().untilAsserted(() -> assertThat(subscription.getStats().processed()).as("counted on").isEqualTo(22));
		this.instance.engine.stop();
		subscription.close();
		this.instance.engine.start();
		assertThat(this.instance.engine.all()).isEmpty();
		assertThat(subscription.getState()).isEqualTo(SubscriptionState.STOPPED);
	}

	@Test
	void handlerThatOutlivesAStopDelaysTheNextStart() throws Exception {
		CountDownLatch inHandler = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean first = new AtomicBoolean(true);
		listen("audit", QUICK, (event) -> {
			if (first.getAndSet(false)) {
				inHandler.countDown();
				awaitWhateverComes(goOn);
			}
			this.recorder.onEvent(event);
		});
		write("k", 2);
		inHandler.await();
		this.instance.engine.stop();
		this.instance.engine.start();
		assertThat(this.recorder.size()).isZero();
		goOn.countDown();
		await().until(() -> this.recorder.size() >= 3);
		assertThat(this.recorder.received()).containsExactlyInAnyOrder("k=0", "k=0", "k=1");
	}

	private static void awaitWhateverComes(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				Thread.onSpinWait();
			}
		}
	}

	@Test
	void handlerThatDoesNotEndIsInterruptedAndThatIsNoFailure() throws Exception {
		CountDownLatch inHandler = new CountDownLatch(1);
		KvSubscription subscription = listen("audit", QUICK, (event) -> {
			inHandler.countDown();
			new CountDownLatch(1).await();
		});
		this.instance.template.set("k", "1");
		inHandler.await();
		subscription.close();
		assertThat(subscription.getState()).isEqualTo(SubscriptionState.STOPPED);
		assertThat(subscription.getStats().failed()).isZero();
		listen(QUICK);
		awaitHeard(1);
	}

	@Test
	void closeFromTheHandlerDoesNotWait() {
		List<KvSubscription> subscriptions = new ArrayList<>();
		KvSubscription subscription = this.instance.engine.register("audit", QUICK, (event) -> {
			this.recorder.onEvent(event);
			subscriptions.get(0).close();
		});
		subscriptions.add(subscription);
		write("k", 5);
		await().until(() -> subscription.getState() == SubscriptionState.STOPPED);
		assertThat(this.recorder.received()).containsExactly("k=0");
		assertThat(this.instance.engine.all()).isEmpty();
	}

	@Test
	void removeForgetsEverything() {
		KvSubscription subscription = listen("audit", QUICK.maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER),
				(event) -> {
					throw new IllegalStateException("from the test");
				});
		write("k", 3);
		await().until(() -> subscription.getDeadLetters().count() == 3);
		await().until(() -> this.instance.engine.oldestNeeded(0) != null);
		subscription.remove();
		assertThat(this.instance.engine.oldestNeeded(0)).as("the retention is free").isNull();
		assertThat(this.instance.engine.find("audit")).isEmpty();
		assertRefuses(subscription::pause);
		assertRefuses(subscription::resume);
		assertRefuses(() -> subscription.seek(StartPosition.latest()));
		assertRefuses(() -> subscription.checkpoint(this.instance.log.getState(0).last()));
		KvSubscription anew = listen(QUICK);
		subscription.remove();
		awaitHeard(3);
		assertThat(anew.getDeadLetters().count()).isZero();
	}

	@Test
	void handlerThatRemovesItsListenerMayBeginItAnew() {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch removedOneIsOver = new CountDownLatch(1);
		ListenerOptions oneByOne = QUICK.batchSize(1);
		write("k", 10);
		KvSubscription removed = listen("audit", oneByOne, (event) -> {
			if ("4".equals(event.getValue(String.class))) {
				this.instance.engine.find("audit").orElseThrow().remove();
				listen("audit", oneByOne, (again) -> {
					begun.countDown();
					removedOneIsOver.await();
					this.recorder.onEvent(again);
				});
				begun.await();
			}
		});
		await().until(() -> removed.getState() == SubscriptionState.STOPPED);
		removedOneIsOver.countDown();
		await().until(() -> this.recorder.received().contains("k=9"));
		assertThat(this.recorder.received()).containsSubsequence(numbers(10).stream().map("k="::concat).toList());
	}

	private static void assertRefuses(ThrowingCallable order) {
		assertThatIllegalStateException().isThrownBy(order).withMessageContaining("'audit' was removed");
	}

	@Test
	void trimBehindASlowListenerIsAGap() {
		KvSubscription subscription = listen(QUICK);
		write("k", 3);
		awaitHeard(3);
		KvPosition third = position(2);
		subscription.pause();
		await().until(() -> third.equals(checkpoint(subscription)));
		write("lost", 500);
		this.instance.template.set("kept", "1");
		trimAllButTheLast();
		subscription.resume();
		await().until(() -> this.recorder.received().contains("kept=1"));
		assertThat(this.recorder.gaps).hasSize(1);
		assertThat(this.recorder.gaps.get(0).getAfter()).isEqualTo(third);
		assertThat(this.recorder.gaps.get(0).getReader()).isEqualTo("listener audit");
		assertThat(this.instance.gaps).hasSize(1);
		assertThat(subscription.getStats().gaps()).isEqualTo(1);
		awaitNoLag(subscription);
	}

	/**
	 * Removes entries, about: the store may keep some.
	 */
	void trimAllButTheLast() {
		this.instance.log.trim(latest());
	}

	@Test
	void statusTellsOfTheFleet() {
		KvSubscription subscription = listen(QUICK);
		write("k", 3);
		awaitHeard(3);
		await().until(() -> latest().equals(checkpoint(subscription)));
		ListenerStatus.Partition partition = subscription.getStatus().partitions().get(0);
		assertThat(partition.owner()).isEqualTo("one");
		assertThat(partition.lag()).isZero();
		assertThat(partition.paused()).isFalse();
		assertThat(partition.epoch()).isPositive();
		assertThat(subscription.getStats().processed()).isEqualTo(3);
		assertThat(subscription.getStats().partitions()).isEqualTo(1);
		assertThat(subscription.getStats().lastProcessedAt()).isNotNull();
		subscription.close();
		assertThat(subscription.getStatus().partitions().get(0).owner()).isNull();
	}

	@Test
	void idIsUnique() {
		listen(QUICK);
		assertThatIllegalArgumentException().isThrownBy(() -> listen(QUICK)).withMessageContaining("'audit'");
		assertThat(this.instance.engine.all()).hasSize(1);
		assertThat(this.instance.engine.find("audit")).isPresent();
	}

	KvSubscription listen(ListenerOptions options) {
		return listen("audit", options, this.recorder);
	}

	KvSubscription listen(String id, ListenerOptions options, KvEventHandler handler) {
		return this.instance.listen(id, options, handler);
	}

	private KvPosition latest() {
		return this.instance.log.getState(0).last();
	}

	private KvPosition position(int event) {
		return Objects.requireNonNull(this.recorder.events().get(event).getPosition());
	}

	private static @Nullable KvPosition checkpoint(KvSubscription subscription) {
		return subscription.getStatus().partitions().get(0).checkpoint();
	}

	private void write(String key, int times) {
		numbers(times).forEach((number) -> this.instance.template.set(key, number));
	}

	private static List<String> numbers(int count) {
		return IntStream.range(0, count).mapToObj(String::valueOf).toList();
	}

	private void awaitHeard(int count) {
		await().until(() -> this.recorder.size() >= count);
		assertThat(this.recorder.size()).isEqualTo(count);
	}

	private static void awaitNoLag(KvSubscription subscription) {
		await().until(() -> subscription.getStatus().lag() == 0);
	}

}
