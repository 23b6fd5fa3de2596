package io.github.kvevents.test;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContextManager;
import org.springframework.util.ReflectionUtils;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts don't disturb each other, and a hook that doesn't end doesn't disturb the next
 * test.
 */
class ContextsTests {

	@Test
	void contextsThatAreUsedAtTheSameTimeHaveClocksOfTheirOwn() throws Exception {
		CyclicBarrier barrier = new CyclicBarrier(2);
		// the common pool may have a single thread
		Executor threads = (task) -> new Thread(task, "test").start();
		List<CompletableFuture<Void>> tests = List.of(
				CompletableFuture.runAsync(() -> expire(One.class, Duration.ofMinutes(1), barrier), threads),
				CompletableFuture.runAsync(() -> expire(Other.class, Duration.ofDays(1), barrier), threads));
		for (CompletableFuture<Void> test : tests) {
			test.get(60, TimeUnit.SECONDS);
		}
	}

	private static void expire(Class<?> testClass, Duration duration, CyclicBarrier barrier) {
		try {
			RunningTest test = new RunningTest(testClass);
			test.begin();
			KvTestClock clock = test.bean(KvTestClock.class);
			Instant start = clock.instant();
			for (int round = 1; round <= 20; round++) {
				barrier.await(30, TimeUnit.SECONDS);
				test.bean(KvTemplate.class).set("key:1", "v" + round, duration);
				clock.advance(duration);
				assertThat(test.bean(RecordedKvEvents.class)).expired("key:1").hasValue("v" + round).once();
				assertThat(clock.instant()).isEqualTo(start.plus(duration.multipliedBy(round)));
			}
			assertThat(test.bean(Hooks.class).calls).hasValue(20);
			test.end();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void hookThatDoesNotEndGetsTheNextTestAnotherContext() throws Exception {
		RunningTest first = new RunningTest(Blocked.class);
		first.begin();
		ApplicationContext context = first.context();
		CountDownLatch latch = first.bean(BlockingHooks.class).latch;
		first.bean(KvTemplate.class).set("blocked:1", "v");
		first.end();
		latch.countDown();
		RunningTest second = new RunningTest(Blocked.class);
		second.begin();
		assertThat(second.context()).isNotSameAs(context);
		assertThat(second.bean(KvTemplate.class).hasKey("blocked:1")).isFalse();
		second.bean(KvTemplate.class).set("free:1", "v");
		ApplicationContext next = second.context();
		second.end();
		RunningTest third = new RunningTest(Blocked.class);
		third.begin();
		assertThat(third.context()).isSameAs(next);
		assertThat(third.bean(KvTemplate.class).hasKey("free:1")).isFalse();
		third.end();
	}

	/**
	 * A test as JUnit runs it.
	 */
	private static final class RunningTest {

		private final TestContextManager manager;

		private final Object instance;

		private final Method method;

		RunningTest(Class<?> testClass) throws Exception {
			this.manager = new TestContextManager(testClass);
			this.instance = ReflectionUtils.accessibleConstructor(testClass).newInstance();
			this.method = testClass.getDeclaredMethod("test");
		}

		void begin() throws Exception {
			this.manager.beforeTestClass();
			this.manager.prepareTestInstance(this.instance);
			this.manager.beforeTestMethod(this.instance, this.method);
		}

		void end() throws Exception {
			this.manager.afterTestMethod(this.instance, this.method, null);
			this.manager.afterTestClass();
		}

		ApplicationContext context() {
			return this.manager.getTestContext().getApplicationContext();
		}

		<T> T bean(Class<T> type) {
			return context().getBean(type);
		}

	}

	@KvEventsTest(classes = Hooks.class, properties = "kv.events.namespace=one")
	static class One {

		void test() {
			// see above
		}

	}

	@KvEventsTest(classes = Hooks.class, properties = "kv.events.namespace=other")
	static class Other {

		void test() {
			// see above
		}

	}

	@KvEventsTest(BlockingHooks.class)
	static class Blocked {

		void test() {
			// see above
		}

	}

	static class Hooks {

		private final AtomicInteger calls = new AtomicInteger();

		@OnKvExpired(prefix = "key:")
		void expired() {
			this.calls.incrementAndGet();
		}

	}

	static class BlockingHooks {

		private final CountDownLatch latch = new CountDownLatch(1);

		@KvHook(prefix = "blocked:", async = true)
		void block() throws InterruptedException {
			this.latch.await();
		}

	}

}
