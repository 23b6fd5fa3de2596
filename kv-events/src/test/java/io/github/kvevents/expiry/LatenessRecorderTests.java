package io.github.kvevents.expiry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.LatenessRecorder.LatenessSummary;

import static org.assertj.core.api.Assertions.assertThat;

class LatenessRecorderTests {

	private static final Duration WINDOW = LatenessRecorder.WINDOW;

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 17);

	private final LatenessRecorder recorder = new LatenessRecorder(this.nanoTime::get);

	@Test
	void isEmptyAtFirst() {
		assertThat(this.recorder.summarize())
			.isEqualTo(new LatenessSummary(0, Duration.ZERO, Duration.ZERO, Duration.ZERO));
	}

	@Test
	void smallLatenessIsExact() {
		LongStream.rangeClosed(1, 30).forEach(this::record);
		assertThat(this.recorder.summarize())
			.isEqualTo(new LatenessSummary(30, Duration.ofMillis(15), Duration.ofMillis(30), Duration.ofMillis(30)));
	}

	@Test
	void quantilesAreAtMostASixteenthTooHigh() {
		Random random = new Random(7);
		long[] values = LongStream.generate(() -> (long) Math.exp(random.nextDouble() * 20)).limit(10_000).toArray();
		LongStream.of(values).forEach(this::record);
		long[] sorted = LongStream.of(values).sorted().toArray();
		LatenessSummary summary = this.recorder.summarize();
		assertThat(summary.count()).isEqualTo(10_000);
		assertThat(summary.p50().toMillis()).isBetween(sorted[4_999], sorted[4_999] * 17 / 16 + 1);
		assertThat(summary.p99().toMillis()).isBetween(sorted[9_899], sorted[9_899] * 17 / 16 + 1);
		assertThat(summary.max().toMillis()).isEqualTo(sorted[9_999]);
	}

	@Test
	void acceptsAnyDuration() {
		record(Long.MAX_VALUE / 1_000_000);
		assertThat(this.recorder.summarize().p50()).isEqualTo(Duration.ofMillis(Long.MAX_VALUE / 1_000_000));
	}

	@Test
	void discardsOldFigures() {
		record(900);
		this.nanoTime.addAndGet(WINDOW.toNanos());
		record(20);
		assertThat(this.recorder.summarize().max()).isEqualTo(Duration.ofMillis(900));
		this.nanoTime.addAndGet(WINDOW.toNanos());
		assertThat(this.recorder.summarize()).extracting(LatenessSummary::count, LatenessSummary::max)
			.containsExactly(1L, Duration.ofMillis(20));
		record(30);
		this.nanoTime.addAndGet(WINDOW.multipliedBy(2).toNanos());
		assertThat(this.recorder.summarize().count()).isZero();
	}

	@Test
	void notifiesListenersOfEachLateness() {
		List<Duration> heard = new ArrayList<>();
		this.recorder.addListener(heard::add);
		record(41);
		this.recorder
			.accept(KvEventBuilder.forKey(this, "order:1", new PlainKvCodec()).origin("me").expiredByNotification());
		assertThat(heard).containsExactly(Duration.ofMillis(41));
		assertThat(this.recorder.summarize().count()).isEqualTo(1);
	}

	private void record(long millis) {
		KvExpiredEvent event = KvEventBuilder.forKey(this, "order:1", new PlainKvCodec())
			.origin("me")
			.expired(Instant.EPOCH, Duration.ofMillis(millis));
		this.recorder.accept(event);
	}

}
