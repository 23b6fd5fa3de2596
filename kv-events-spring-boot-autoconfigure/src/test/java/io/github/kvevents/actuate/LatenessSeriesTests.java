package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.github.kvevents.fixture.TestClock;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chart of the lateness is drawn from.
 */
class LatenessSeriesTests {

	private static final Instant START = Instant.parse("2026-11-29T10:00:03Z");

	private Instant now = START;

	private final LatenessSeries series = new LatenessSeries(TestClock.showing(() -> this.now));

	@Test
	void slotsOfTenSecondsHaveQuantilesAndMaximum() {
		for (int number = 1; number <= 99; number++) {
			this.series.accept(Duration.ofMillis(20));
		}
		this.series.accept(Duration.ofMillis(70_123));
		this.now = START.plusSeconds(7);
		this.series.accept(Duration.ofMillis(-3));
		assertThat(this.series.read()).hasSize(2);
		assertThat(this.series.read().get(0)).satisfies((slot) -> {
			assertThat(slot.at()).isEqualTo("2026-11-29T10:00:00Z");
			assertThat(slot.count()).isEqualTo(100);
			assertThat(slot.p50Millis()).isBetween(20L, 25L);
			assertThat(slot.p99Millis()).isBetween(20L, 25L);
			assertThat(slot.maxMillis()).isEqualTo(70_123);
		});
		assertThat(this.series.read().get(1).at()).isEqualTo("2026-11-29T10:00:10Z");
		assertThat(this.series.read().get(1).maxMillis()).isZero();
	}

	@Test
	void slotsEndAfterTenMinutesAndEmptyOnesAreNone() {
		this.series.accept(Duration.ofMillis(5));
		this.now = START.plusSeconds(300);
		this.series.accept(Duration.ofMillis(6));
		assertThat(this.series.read()).extracting((slot) -> slot.maxMillis()).containsExactly(5L, 6L);
		this.now = START.plusSeconds(600);
		assertThat(this.series.read()).extracting((slot) -> slot.maxMillis()).containsExactly(6L);
		this.now = START.plusSeconds(90_000);
		assertThat(this.series.read()).isEmpty();
	}

}
