package io.github.kvevents.listener;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link StorePatience}: ends only for a listener that stops, and only by its store.
 */
class StorePatienceTests {

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final StorePatience patience = new StorePatience(this.nanoTime::get);

	@Test
	void isEndlessWhileTheListenerDoesNotStop() {
		this.patience.asks();
		pass(60_000);
		assertThat(this.patience.endsNow()).isFalse();
		this.patience.failed();
		assertThat(this.patience.isOver()).isFalse();
	}

	@Test
	void endsOnceWhenTheStoreDoesNotAnswer() {
		this.patience.asks();
		pass(60_000);
		this.patience.stops();
		pass(999);
		assertThat(this.patience.endsNow()).as("a second from the stop on").isFalse();
		pass(1);
		assertThat(this.patience.endsNow()).isTrue();
		assertThat(this.patience.isOver()).isTrue();
		assertThat(this.patience.endsNow()).as("one interrupt is enough").isFalse();
	}

	@Test
	void isNotEndedByHandlers() {
		this.patience.stops();
		this.patience.asks();
		this.patience.answered();
		pass(60_000);
		assertThat(this.patience.endsNow()).isFalse();
		this.patience.asks();
		assertThat(this.patience.endsNow()).as("asked just now").isFalse();
		assertThat(this.patience.isOver()).isFalse();
	}

	@Test
	void endsWhenTheStoreStillFailsAfterAWhile() {
		this.patience.stops();
		pass(900);
		this.patience.failed();
		assertThat(this.patience.isOver()).isFalse();
		this.patience.stops();
		pass(100);
		this.patience.failed();
		assertThat(this.patience.isOver()).isTrue();
	}

	private void pass(long millis) {
		this.nanoTime.addAndGet(Duration.ofMillis(millis).toNanos());
	}

}
