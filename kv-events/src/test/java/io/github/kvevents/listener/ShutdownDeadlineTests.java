package io.github.kvevents.listener;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.kvevents.listener.SubscriptionShutdown.ShutdownDeadline;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link ShutdownDeadline}: ends only for a listener that stops, and only by its store.
 */
class ShutdownDeadlineTests {

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final ShutdownDeadline deadline = new ShutdownDeadline(this.nanoTime::get);

	@Test
	void isEndlessWhileTheListenerDoesNotStop() {
		this.deadline.asks();
		pass(60_000);
		assertThat(this.deadline.endsNow()).isFalse();
		this.deadline.failed();
		assertThat(this.deadline.isOver()).isFalse();
	}

	@Test
	void endsOnceWhenTheStoreDoesNotAnswer() {
		this.deadline.asks();
		pass(60_000);
		this.deadline.stops();
		pass(999);
		assertThat(this.deadline.endsNow()).as("a second from the stop on").isFalse();
		pass(1);
		assertThat(this.deadline.endsNow()).isTrue();
		assertThat(this.deadline.isOver()).isTrue();
		assertThat(this.deadline.endsNow()).as("one interrupt is enough").isFalse();
	}

	@Test
	void isNotEndedByHandlers() {
		this.deadline.stops();
		this.deadline.asks();
		this.deadline.answered();
		pass(60_000);
		assertThat(this.deadline.endsNow()).isFalse();
		this.deadline.asks();
		assertThat(this.deadline.endsNow()).as("asked just now").isFalse();
		assertThat(this.deadline.isOver()).isFalse();
	}

	@Test
	void endsWhenTheStoreStillFailsAfterAWhile() {
		this.deadline.stops();
		pass(900);
		this.deadline.failed();
		assertThat(this.deadline.isOver()).isFalse();
		this.deadline.stops();
		pass(100);
		this.deadline.failed();
		assertThat(this.deadline.isOver()).isTrue();
	}

	private void pass(long millis) {
		this.nanoTime.addAndGet(Duration.ofMillis(millis).toNanos());
	}

}
