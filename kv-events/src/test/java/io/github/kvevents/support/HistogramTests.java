package io.github.kvevents.support;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Histogram}.
 */
class HistogramTests {

	@ParameterizedTest
	@ValueSource(ints = { 2, 4 })
	void quantileIsTheHighestValueOfTheBucket(int logPerPower) {
		long highest = 3_000_000;
		for (long value = 0; value < 5000; value++) {
			Histogram histogram = new Histogram(logPerPower);
			histogram.record(value);
			assertThat(histogram.quantile(0.5)).as("never above the maximum").isEqualTo(value);
			histogram.record(highest);
			long shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1) - logPerPower);
			assertThat(histogram.quantile(0.5)).isEqualTo(value | ((1L << shift) - 1));
			assertThat(histogram.quantile(0.99)).isEqualTo(highest);
		}
	}

	@Test
	void countsWhatAnotherOneCounted() {
		Histogram one = new Histogram(3);
		Histogram other = new Histogram(3);
		assertThat(one.quantile(0.5)).isZero();
		one.record(-7);
		other.record(5);
		other.record(9);
		one.add(other);
		assertThat(one.count()).isEqualTo(3);
		assertThat(one.max()).isEqualTo(9);
		assertThat(one.quantile(0.3)).isZero();
		assertThat(one.quantile(0.5)).isEqualTo(5);
	}

}
