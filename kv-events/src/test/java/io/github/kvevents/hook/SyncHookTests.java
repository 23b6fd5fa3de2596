package io.github.kvevents.hook;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.MDC;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEventType;
import io.github.kvevents.fixture.CloseProbe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Synchronous hooks, with and without a timeout.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class SyncHookTests {

	/** A hook that hasn't begun when its time is up is neither called nor interrupted. */
	private static final Duration TIME_TO_BEGIN = Duration.ofSeconds(2);

	private final List<KvHookError> errors = Collections.synchronizedList(new ArrayList<>());

	private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

	private final CountDownLatch gate = new CountDownLatch(1);

	private final AtomicLong nanos = new AtomicLong();

	private HookEngine engine = HookEngine.builder()
		.settings(HookSettings.defaults().maxTimedThreads(8).errorsKept(3))
		.errorHandler(this.errors::add)
		.clock(Clock.fixed(Instant.ofEpochMilli(1_700_000_000_123L), ZoneOffset.UTC))
		.nanoTime(this.nanos::get)
		.build();

	private MapStore store = new MapStore(this.engine);

	@AfterEach
	void release() {
		this.gate.countDown();
	}

	private KvHookRegistration register(KvHookOptions options, KvHookCallback callback) {
		return this.engine.getRegistry().register(options, callback);
	}

	private KvHookCallback call(String name) {
		return (event) -> this.calls.add(name);
	}

	@Test
	void runsOnTheCallersThreadBeforeTheCallReturns() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		register(KvHookOptions.defaults(), (event) -> thread.set(Thread.currentThread()));
		this.store.set("a", 1);
		assertThat(thread).hasValue(Thread.currentThread());
	}

	@Test
	void hooksRunByOrderThenRegistration() {
		register(KvHookOptions.defaults(), call("last"));
		register(KvHookOptions.defaults().order(2).filter(KeyFilter.prefix("a")), call("2"));
		register(KvHookOptions.defaults().order(-1).filter(KeyFilter.suffix("b")), call("-1"));
		register(KvHookOptions.defaults().order(2).filter(KeyFilter.keys(List.of("a:b"))), call("2 again"));
		this.store.set("a:b", 1);
		assertThat(this.calls).containsExactly("-1", "2", "2 again", "last");
	}

	@Test
	void failureOfTheJvmReachesTheCallerWhenAllHooksOfAllEventsWereCalled() {
		register(KvHookOptions.defaults().filter(KeyFilter.keys(List.of("a"))), (event) -> {
			throw new InternalError("from the test");
		});
		register(KvHookOptions.defaults(), (event) -> this.calls.add(event.getKey()));
		register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)),
				(event) -> this.calls.add("timed " + event.getKey()));
		Map<String, Integer> batch = new TreeMap<>(Map.of("a", 1, "b", 2));
		assertThatExceptionOfType(InternalError.class).isThrownBy(() -> this.store.setAll(batch))
			.withMessage("from the test");
		assertThat(this.calls).containsExactly("a", "timed a", "b", "timed b");
	}

	@Test
	void hookFoundInSeveralWaysIsCalledOnce() {
		register(
				KvHookOptions.defaults()
					.filter(KeyFilter.prefix("a", "ab").or(KeyFilter.suffix("c")).or(KeyFilter.keys(List.of("abc")))),
				call("x"));
		this.store.set("abc", 1);
		assertThat(this.calls).containsExactly("x");
	}

	@Test
	void onlyChosenEventsAndChangesReachAHook() {
		register(KvHookOptions.defaults().events(KvEventType.SET).changes(KvChange.UPDATED, KvChange.UNCHANGED),
				(event) -> this.calls.add(event.getChange() + "=" + event.getValue(Integer.class)));
		this.store.set("a", 1);
		this.store.set("a", 2);
		this.store.set("a", 2);
		this.store.delete("a");
		this.store.delete("a");
		assertThat(this.calls).containsExactly("UPDATED=2", "UNCHANGED=2");
	}

	@Test
	void batchEventsComeInTheCallersOrder() {
		register(KvHookOptions.defaults(), (event) -> this.calls.add(event.getKey()));
		this.store.setAll(new TreeMap<>(Map.of("b", 1, "a", 2, "c", 3)));
		assertThat(this.calls).containsExactly("a", "b", "c");
	}

	@Test
	void whatAHookThrowsReachesNeitherCallerNorOtherHooks() {
		IllegalStateException failure = new IllegalStateException("secret-value");
		KvHookRegistration first = register(KvHookOptions.defaults().id("first"), (event) -> {
			throw failure;
		});
		register(KvHookOptions.defaults().id("second"), (event) -> {
			throw new StackOverflowError();
		});
		register(KvHookOptions.defaults().id("third"), (event) -> {
			throw new LinkageError();
		});
		register(KvHookOptions.defaults(), call("fourth"));
		this.store.set("a", 1);
		assertThat(this.calls).containsExactly("fourth");
		assertThat(this.errors).extracting(KvHookError::hookId).containsExactly("first", "second", "third");
		KvHookError error = first.getErrors().poll(Duration.ZERO);
		assertThat(error).isNotNull();
		assertThat(error.cause()).isSameAs(failure);
		assertThat(error.event().getKey()).isEqualTo("a");
		assertThat(error.occurredAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
		assertThat(first.getErrors().poll(Duration.ofMillis(1))).isNull();
		assertThat(first.getStats().failures()).isEqualTo(1);
		assertThat(first.getStats().lastError()).isEqualTo("java.lang.IllegalStateException");
	}

	@Test
	void aFailureOfTheJvmIsNotSwallowed() {
		register(KvHookOptions.defaults(), (event) -> {
			throw new InternalError("jvm");
		});
		assertThatExceptionOfType(InternalError.class).isThrownBy(() -> this.store.set("a", 1)).withMessage("jvm");
	}

	@Test
	void interruptedHookLeavesTheFlagToTheCaller() {
		register(KvHookOptions.defaults(), (event) -> {
			throw new InterruptedException();
		});
		this.store.set("a", 1);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.errors).hasSize(1);
	}

	@Test
	void filterThatThrowsIsAnErrorOfItsHookAlone() {
		KvHookRegistration broken = register(KvHookOptions.defaults().id("broken").filter((key) -> {
			throw new IllegalStateException("filter");
		}), call("broken"));
		register(KvHookOptions.defaults(), call("other"));
		this.store.set("a", 1);
		assertThat(this.calls).containsExactly("other");
		assertThat(broken.getStats().failures()).isEqualTo(1);
	}

	@Test
	void errorHandlerThatThrowsHarmsNobody() {
		HookEngine fragile = HookEngine.builder().errorHandler((error) -> {
			throw new IllegalStateException("handler");
		}).build();
		KvHookRegistration hook = fragile.getRegistry().register(KvHookOptions.defaults(), (event) -> {
			throw new IllegalStateException("hook");
		});
		new MapStore(fragile).set("a", 1);
		assertThat(hook.getStats().failures()).isEqualTo(1);
	}

	@Test
	void defaultHandlerLogsNoValue(CapturedOutput output) {
		HookEngine plain = HookEngine.builder().build();
		plain.getRegistry().register(KvHookOptions.defaults().id("leaky"), (event) -> {
			throw new IllegalStateException("card 4711-secret");
		});
		new MapStore(plain).set("a\r\nb", "4711-secret");
		assertThat(output).contains("Hook 'leaky' failed for KvSetEvent[type=SET, change=CREATED, key=a\\u000d\\u000ab")
			.contains("java.lang.IllegalStateException at ")
			.doesNotContain("4711-secret");
	}

	@Test
	void onlyTheLatestErrorsAreKept() {
		KvHookRegistration hook = register(KvHookOptions.defaults(), (event) -> {
			throw new IllegalStateException(event.getKey());
		});
		for (String key : List.of("a", "b", "c", "d", "e")) {
			this.store.set(key, 1);
		}
		assertThat(hook.getErrors().getDropped()).isEqualTo(2);
		assertThat(hook.getErrors().drain()).extracting((error) -> error.cause().getMessage())
			.containsExactly("c", "d", "e");
		assertThat(hook.getErrors().drain()).isEmpty();
	}

	@Test
	void statisticsAreMeasured() {
		KvHookRegistration hook = register(KvHookOptions.defaults(),
				(event) -> this.nanos.addAndGet(event.getKey().equals("a") ? 2_000_000 : 5_000_000));
		assertThat(hook.getStats()).isEqualTo(new KvHookStats(0, 0, 0, 0, 0, 0, 0, null, null));
		this.store.set("a", 1);
		this.store.set("b", 1);
		assertThat(hook.getStats())
			.isEqualTo(new KvHookStats(2, 0, 0, 0, 0, 3.5, 5, Instant.ofEpochMilli(1_700_000_000_123L), null));
	}

	@Test
	void hookThatHangsIsInterruptedAtItsTimeout() {
		CountDownLatch ended = new CountDownLatch(1);
		KvHookRegistration hanging = register(KvHookOptions.defaults().id("hangs").timeout(TIME_TO_BEGIN).order(1),
				(event) -> {
					ignoreInterrupts();
					ended.countDown();
				});
		register(KvHookOptions.defaults().order(2), call("next"));
		long begun = System.nanoTime();
		this.store.set("a", 1);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
		assertThat(this.calls).containsExactly("next");
		assertThat(ended.getCount()).isEqualTo(1);
		KvHookError error = hanging.getErrors().poll(Duration.ZERO);
		assertThat(error).isNotNull();
		assertThat(error.cause()).isInstanceOf(TimeoutException.class)
			.hasMessage("Hook 'hangs' did not end within PT2S and was interrupted");
		assertThat(hanging.getStats().timeouts()).isEqualTo(1);
		assertThat(hanging.getStats().failures()).isZero();
		assertThat(hanging.getStats().inFlight()).isEqualTo(1);
		this.gate.countDown();
		await().until(() -> hanging.getStats().inFlight() == 0);
	}

	@Test
	void timeoutInterruptsTheHook() throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		register(KvHookOptions.defaults().timeout(TIME_TO_BEGIN), (event) -> {
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		});
		this.store.set("a", 1);
		assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(Thread.interrupted()).as("the caller's flag").isFalse();
		assertThat(this.errors).hasSize(1);
	}

	@Test
	void hookThatHangsDoesNotUseUpTheThreadsOfOthers() {
		KvHookRegistration hanging = register(KvHookOptions.defaults().timeout(Duration.ofMillis(60)),
				(event) -> ignoreInterrupts());
		KvHookRegistration other = register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)), call("other"));
		for (int number = 0; number < 12; number++) {
			this.store.set("a", number);
		}
		assertThat(this.calls).hasSize(12);
		assertThat(other.getStats().timeouts()).isZero();
		assertThat(hanging.getStats().timeouts()).isEqualTo(12);
		assertThat(hanging.getStats().invocations()).as("a quarter of the threads").isEqualTo(2);
		assertThat(this.errors.get(11).cause()).hasMessageContaining("no thread was free within PT0.06S");
	}

	@Test
	void timedHooksThatWriteWhatTheyMatchDoNotWaitForEachOther() throws Exception {
		use(HookSettings.defaults());
		CyclicBarrier begun = new CyclicBarrier(8);
		KvHookRegistration one = registerWriting("one", begun);
		KvHookRegistration other = registerWriting("other", begun);
		List<Thread> callers = new ArrayList<>();
		for (int number = 0; number < 8; number++) {
			String key = "one:0:" + number;
			callers.add(new Thread(() -> this.store.set(key, 1)));
		}
		callers.forEach(Thread::start);
		for (Thread caller : callers) {
			caller.join(TimeUnit.SECONDS.toMillis(25));
			assertThat(caller.isAlive()).isFalse();
		}
		assertThat(one.getStats().timeouts() + other.getStats().timeouts()).isZero();
		assertThat(one.getStats().invocations()).isEqualTo(16);
		assertThat(other.getStats().invocations()).isEqualTo(16);
		assertThat(this.errors).isEmpty();
	}

	/** A chain of four writes, in turns with the other hook. */
	private KvHookRegistration registerWriting(String id, CyclicBarrier begun) {
		return register(
				KvHookOptions.defaults().id(id).timeout(Duration.ofSeconds(50)).filter(KeyFilter.prefix(id + ":")),
				(event) -> {
					String[] key = event.getKey().split(":");
					int depth = Integer.parseInt(key[1]);
					if (depth == 0) {
						begun.await();
					}
					if (depth < 3) {
						this.store.set((id.equals("one") ? "other:" : "one:") + (depth + 1) + ":" + key[2], 1);
					}
				});
	}

	@Test
	void timedHookThatWritesSeveralTimesNeedsOnePermit() {
		use(HookSettings.defaults().maxTimedThreads(1));
		KvHookRegistration hook = register(KvHookOptions.defaults().timeout(Duration.ofSeconds(50)), (event) -> {
			if (event.getKey().equals("a")) {
				for (int number = 0; number < 200; number++) {
					this.store.set("b", number);
				}
			}
		});
		this.store.set("a", 1);
		assertThat(hook.getStats().timeouts()).isZero();
		assertThat(hook.getStats().invocations()).isEqualTo(201);
	}

	@Test
	void permitThatAHangingCallHasIsNotLentTwice() {
		use(HookSettings.defaults().maxTimedThreads(1));
		KvHookRegistration hanging = register(
				KvHookOptions.defaults().timeout(Duration.ofMillis(50)).filter(KeyFilter.prefix("b")),
				(event) -> ignoreInterrupts());
		KvHookRegistration writing = register(
				KvHookOptions.defaults().timeout(Duration.ofSeconds(50)).filter(KeyFilter.prefix("a")), (event) -> {
					for (int number = 0; number < 3; number++) {
						this.store.set("b", number);
					}
				});
		this.store.set("a", 1);
		assertThat(writing.getStats().timeouts()).isZero();
		assertThat(hanging.getStats().timeouts()).isEqualTo(3);
		assertThat(hanging.getStats().invocations()).as("the others found no thread").isEqualTo(1);
		this.gate.countDown();
		await().until(() -> hanging.getStats().inFlight() == 0);
		await().untilAsserted(() -> {
			this.store.set("b", 1);
			assertThat(hanging.getStats().invocations()).as("the permit is free again").isGreaterThan(1);
		});
	}

	private void use(HookSettings settings) {
		this.engine = HookEngine.builder().settings(settings).errorHandler(this.errors::add).build();
		this.store = new MapStore(this.engine);
	}

	@Test
	void timedHookRunsElsewhereWithMdcAndCounts() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		AtomicReference<String> mdc = new AtomicReference<>();
		register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)), (event) -> {
			thread.set(Thread.currentThread());
			mdc.set(MDC.get("request"));
		});
		MDC.put("request", "r-9");
		try {
			this.store.set("a", 1);
		}
		finally {
			MDC.clear();
		}
		assertThat(thread.get()).isNotSameAs(Thread.currentThread());
		assertThat(mdc).hasValue("r-9");
	}

	@Test
	void timedHookThatThrowsIsAnError() {
		KvHookRegistration hook = register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)), (event) -> {
			throw new AssertionError("timed");
		});
		this.store.set("a", 1);
		assertThat(hook.getStats().failures()).isEqualTo(1);
		assertThat(hook.getStats().timeouts()).isZero();
		assertThat(this.errors.get(0).cause()).isInstanceOf(AssertionError.class);
	}

	@Test
	void interruptedCallerWaitsForTheTimedHookAndKeepsItsFlag() {
		register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)), call("timed"));
		Thread.currentThread().interrupt();
		this.store.set("a", 1);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.calls).containsExactly("timed");
	}

	@Test
	void noCallBeginsOnceCloseHasReturned() throws Exception {
		CloseProbe probe = new CloseProbe();
		KvHookRegistration hook = register(KvHookOptions.defaults(), (event) -> probe.call());
		Thread writer = new Thread(() -> this.store.set("a", 1));
		writer.start();
		probe.close(hook);
		writer.join();
	}

	@Test
	void noCallWithATimeoutBeginsOnceCloseHasReturned() throws Exception {
		CloseProbe probe = new CloseProbe();
		KvHookRegistration hook = register(KvHookOptions.defaults().timeout(Duration.ofSeconds(30)),
				(event) -> probe.call());
		Thread writer = new Thread(() -> this.store.set("a", 1));
		writer.start();
		probe.close(hook);
		writer.join();
	}

	@Test
	void hookMayBeClosedWhileItRuns() {
		AtomicReference<KvHookRegistration> self = new AtomicReference<>();
		self.set(register(KvHookOptions.defaults().id("self"), (event) -> {
			this.calls.add("self");
			Objects.requireNonNull(self.get()).close();
		}));
		register(KvHookOptions.defaults(), call("other"));
		this.store.set("a", 1);
		this.store.set("a", 2);
		assertThat(this.calls).containsExactly("self", "other", "other");
		assertThat(this.engine.getRegistry().all()).extracting(KvHookRegistration::getId).doesNotContain("self");
	}

	@Test
	void disabledHookIsNotCalledAndStillCountsAsAReceiver() {
		KvHookRegistration hook = register(KvHookOptions.defaults().events(KvEventType.SET), call("x"));
		assertThat(hook.isEnabled()).isTrue();
		hook.setEnabled(false);
		this.store.set("a", 1);
		assertThat(this.calls).isEmpty();
		assertThat(this.engine.getDispatcher().hasReceivers(KvEventType.SET)).isTrue();
		assertThat(this.engine.getDispatcher().hasReceivers(KvEventType.EXPIRED)).isFalse();
		hook.setEnabled(true);
		this.store.set("a", 2);
		assertThat(this.calls).containsExactly("x");
		hook.close();
		assertThat(this.engine.getDispatcher().hasReceivers(KvEventType.SET)).isFalse();
	}

	@Test
	void recursionEndsAtDepthSixteenAndTheWriteIsApplied() {
		AtomicInteger runs = new AtomicInteger();
		KvHookRegistration hook = register(KvHookOptions.defaults().id("loop").filter(KeyFilter.prefix("loop")),
				(event) -> this.store.set("loop", runs.incrementAndGet()));
		this.store.set("loop", 0);
		assertThat(runs).hasValue(16);
		assertThat(this.store.get("loop", Integer.class)).isEqualTo(16);
		assertThat(this.errors).hasSize(1);
		assertThat(this.errors.get(0).cause()).isInstanceOf(KvHookRecursionException.class)
			.hasMessage("Hook 'loop' was not called for key 'loop': the change was made by hooks that call each other, "
					+ "16 deep. Let a hook that writes choose other keys than it writes, or write only when something "
					+ "changes");
		assertThat(hook.getStats().invocations()).isEqualTo(16);
		this.store.set("other", 1);
		this.store.set("loop", 0);
		assertThat(runs).hasValue(32);
	}

	@Test
	void recursionThroughTimedAndAsyncHooksEndsToo() {
		AtomicInteger runs = new AtomicInteger();
		KvHookRegistration timed = register(
				KvHookOptions.defaults().timeout(Duration.ofSeconds(30)).filter(KeyFilter.prefix("t")), (event) -> {
					runs.incrementAndGet();
					this.store.set("a", runs.get());
				});
		KvHookRegistration async = register(KvHookOptions.defaults().async().filter(KeyFilter.prefix("a")), (event) -> {
			runs.incrementAndGet();
			this.store.set("t", runs.get());
		});
		this.store.set("t", 0);
		await().until(() -> timed.getStats().failures() + async.getStats().failures() == 1);
		assertThat(runs).hasValue(16);
	}

	@Test
	void eventsThatWerePassedBeforeTheOperationFailedAreDispatched() {
		register(KvHookOptions.defaults(), (event) -> this.calls.add(event.getKey()));
		assertThatIllegalStateException()
			.isThrownBy(() -> this.engine.getDispatcher().dispatch(KvEventType.SET, List.of("a", "b"), (events) -> {
				events.accept(MapStore.setEvent("a", 1));
				throw new IllegalStateException("second failed");
			}))
			.withMessage("second failed");
		assertThat(this.calls).containsExactly("a");
	}

	@Test
	void eventOfAnotherTypeThanAnnouncedFindsItsHooks() {
		register(KvHookOptions.defaults().events(KvEventType.DELETE), call("deleted"));
		register(KvHookOptions.defaults().events(KvEventType.SET), call("set"));
		this.engine.getDispatcher()
			.dispatch(KvEventType.SET, "a", (events) -> events.accept(MapStore.event("a").delete(KvEventType.DELETE)));
		assertThat(this.calls).containsExactly("deleted");
	}

	@Test
	void idOfAClosedHookIsNotGeneratedAgain() {
		KvHookRegistry registry = this.engine.getRegistry();
		Set<String> ids = new HashSet<>();
		for (int number = 0; number < 50; number++) {
			try (KvHookRegistration hook = registry.register(KvHookOptions.defaults(), (event) -> {
			})) {
				ids.add(hook.getId());
			}
		}
		assertThat(ids).hasSize(50);
		try (KvHookRegistration hook = registry.register(KvHookOptions.defaults().id("mine"), (event) -> {
		})) {
			assertThat(hook.getId()).isEqualTo("mine");
		}
		try (KvHookRegistration hook = registry.register(KvHookOptions.defaults().id("mine"), (event) -> {
		})) {
			assertThat(hook.getId()).as("an id of one's own may be used again").isEqualTo("mine");
		}
	}

	@Test
	void idsAreGeneratedAndMustBeUnique() {
		assertThat(register(KvHookOptions.defaults(), call("x")).getId()).isEqualTo("hook");
		KvHookRegistration second = register(KvHookOptions.defaults(), call("x"));
		assertThat(second.getId()).isEqualTo("hook#2");
		assertThat(second.getOptions().getId()).isEqualTo("hook#2");
		assertThat(this.engine.getRegistry().find("hook#2")).containsSame(second);
		assertThatIllegalArgumentException().isThrownBy(() -> register(KvHookOptions.defaults().id("hook"), call("x")))
			.withMessage("'id' must be unique but there is a hook 'hook'");
	}

	@Test
	void optionsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> KvHookOptions.defaults().timeout(Duration.ofMillis(-7)))
			.withMessage("'timeout' must be more than zero but was PT-0.007S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KvHookOptions.defaults().timeout(Duration.ofSeconds(3)).async())
			.withMessage("'timeout' must not be set for an asynchronous hook but was PT3S: nobody waits for it");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KvHookOptions.defaults().async().timeout(Duration.ofSeconds(3)))
			.withMessageContaining("PT3S");
		assertThatIllegalArgumentException().isThrownBy(() -> KvHookOptions.defaults().id(" "))
			.withMessage("'id' must not be empty but was ' '");
		assertThatIllegalArgumentException().isThrownBy(() -> KvHookOptions.defaults().id("spring-listeners"))
			.withMessage("'id' must not be 'spring-listeners': it stands for the ordinary Spring listeners");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> register(KvHookOptions.defaults().scope(KvHookScope.EVERY_INSTANCE), call("x")))
			.withMessage("'scope' can't be served: EVERY_INSTANCE needs the change log, which is switched off. "
					+ "Set 'kv.events.log.enabled=true'");
		assertThatIllegalArgumentException().isThrownBy(() -> HookSettings.defaults().queueCapacity(0))
			.withMessage("'queueCapacity' must be at least 1 but was 0");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> HookSettings.defaults().shutdownTimeout(Duration.ofSeconds(-1)))
			.withMessage("'shutdownTimeout' must not be negative but was PT-1S");
	}

	private void ignoreInterrupts() {
		boolean open = false;
		while (!open) {
			try {
				open = this.gate.await(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				// on purpose
			}
		}
	}

}
