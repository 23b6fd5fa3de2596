package io.github.kvevents.test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A hook or listener that doesn't end makes the clock fail in time, and is named.
 */
@Timeout(60)
@KvEventsTest(NeverEndingTests.Endless.class)
class NeverEndingTests {

	/** Long enough for what the clock itself begins. */
	private static final Duration SHORT = Duration.ofSeconds(1);

	@Autowired
	private KvTemplate template;

	@Autowired
	private KvTestClock clock;

	@Autowired
	private Endless endless;

	@AfterEach
	void release() {
		this.endless.latch.countDown();
		this.endless.latch = new CountDownLatch(1);
		this.endless.begun = new CountDownLatch(1);
	}

	@Test
	void asynchronousHookIsNamedWithItsKeyAndPlace() throws InterruptedException {
		setAndAwait("async:1");
		failsWith("Work was still pending after PT1S", "Hook 'endless-async' handles 'async:1'",
				"NeverEndingTests$Endless.async(");
	}

	@Test
	void hookOnAnExpiryIsNamedWithItsKey() {
		this.template.set("sync:1", "v", Duration.ofSeconds(1));
		failsWith("The expiry of 'sync:1' is dispatched", "Hook 'endless-sync' is running",
				"with the clock at " + this.clock.instant().plusSeconds(1));
	}

	@Test
	void listenerIsNamedWithItsKey() throws InterruptedException {
		setAndAwait("listened:1");
		failsWith("Listener 'endless-listener' handles 'listened:1'");
	}

	@Test
	void hookThatTimedOutAndDoesNotEndIsNamed() throws InterruptedException {
		setAndAwait("timed:1");
		failsWith("Hook 'endless-timed' is running");
	}

	@Test
	void chainWithoutEndIsEnded() {
		this.template.set("again:1", "v", Duration.ofMillis(1));
		this.clock.setTimeout(Duration.ofSeconds(1));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.clock.advance(Duration.ofDays(1000)))
			.withMessageContaining("after PT1S")
			.withMessageContaining("short time to live");
		this.template.delete("again:1");
	}

	@Test
	void clockContinuesOnceTheHookHasEnded() throws InterruptedException {
		setAndAwait("async:1");
		failsWith("Hook 'endless-async'");
		this.endless.latch.countDown();
		this.clock.setTimeout(Duration.ofSeconds(30));
		this.clock.settle();
		assertThat(this.template.hasKey("async:1")).isTrue();
	}

	/**
	 * Writes a key, and waits until what is called for it has begun: it is found running.
	 */
	private void setAndAwait(String key) throws InterruptedException {
		this.template.set(key, "v");
		this.endless.begun.await();
	}

	private void failsWith(String... texts) {
		this.clock.setTimeout(SHORT);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.clock.advance(Duration.ofSeconds(2)))
			.satisfies((failure) -> assertThat(failure).hasMessageContainingAll(texts));
	}

	static class Endless {

		private final KvTemplate template;

		private volatile CountDownLatch latch = new CountDownLatch(1);

		private volatile CountDownLatch begun = new CountDownLatch(1);

		Endless(KvTemplate template) {
			this.template = template;
		}

		@KvHook(id = "endless-async", prefix = "async:", async = true)
		void async() throws InterruptedException {
			this.begun.countDown();
			this.latch.await();
		}

		@OnKvExpired(id = "endless-sync", prefix = "sync:")
		void sync() throws InterruptedException {
			this.latch.await();
		}

		@KvHook(id = "endless-timed", prefix = "timed:", timeout = "2s")
		void timed() {
			CountDownLatch current = this.latch;
			this.begun.countDown();
			while (current.getCount() > 0) {
				try {
					current.await();
				}
				catch (InterruptedException ex) {
					// ignores the timeout
				}
			}
		}

		@KvListener(id = "endless-listener", prefix = "listened:")
		void listen() throws InterruptedException {
			this.begun.countDown();
			this.latch.await();
		}

		@OnKvExpired(id = "again", prefix = "again:")
		void again(String key) {
			this.template.set(key, "v", Duration.ofMillis(1));
		}

	}

}
