package io.github.kvevents.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link Delay}.
 */
class DelayTests {

	@Test
	void neverStaysNeverWhateverIsAdded() {
		assertThat(Delay.NEVER.plus(Delay.ofMillis(1))).isEqualTo(Delay.NEVER);
		assertThat(Delay.ofMillis(1).plus(Delay.NEVER)).isEqualTo(Delay.NEVER);
		assertThat(Delay.NEVER.plus(Delay.NEVER).isNever()).isTrue();
		assertThat(Delay.NEVER.toMillis()).isPositive();
	}

	@Test
	void whatIsLongerThanNanosecondsCanSayIsNever() {
		assertThat(Delay.ofMillis(Long.MAX_VALUE)).isEqualTo(Delay.NEVER);
		assertThat(Delay.ofMillis(Long.MAX_VALUE / 2)).isEqualTo(Delay.NEVER);
		assertThat(Delay.of(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Delay.NEVER);
		assertThat(Delay.ofNanos(Long.MAX_VALUE - 1).plus(Delay.ofNanos(2))).isEqualTo(Delay.NEVER);
	}

	@Test
	void whatIsNegativeIsNone() {
		assertThat(Delay.ofMillis(-1)).isEqualTo(Delay.NONE);
		assertThat(Delay.ofNanos(Long.MIN_VALUE)).isEqualTo(Delay.NONE);
		assertThat(Delay.of(Duration.ofDays(-1))).isEqualTo(Delay.NONE);
		assertThat(Delay.NONE.isNever()).isFalse();
	}

	@Test
	void shorterAndLonger() {
		Delay one = Delay.ofMillis(1);
		assertThat(one.min(Delay.NEVER)).isEqualTo(one);
		assertThat(Delay.NEVER.min(one)).isEqualTo(one);
		assertThat(one.max(Delay.NEVER).isNever()).isTrue();
		assertThat(one.max(Delay.NONE)).isEqualTo(one);
	}

	@Test
	void millisecondsAreRoundedUp() {
		assertThat(Delay.ofNanos(1).toMillis()).isEqualTo(1);
		assertThat(Delay.ofNanos(TimeUnit.MILLISECONDS.toNanos(1)).toMillis()).isEqualTo(1);
		assertThat(Delay.ofNanos(TimeUnit.MILLISECONDS.toNanos(1) + 1).toMillis()).isEqualTo(2);
		assertThat(Delay.NONE.toMillis()).isZero();
	}

	@Test
	void theEndIsComparedByItsDifference() {
		long now = Long.MAX_VALUE - 5;
		assertThat(Delay.ofNanos(10).after(now) - now).isEqualTo(10);
		assertThat(Delay.NEVER.after(now) - now).isPositive();
		now = -7;
		assertThat(Delay.NEVER.after(now) - now).isPositive();
	}

}
