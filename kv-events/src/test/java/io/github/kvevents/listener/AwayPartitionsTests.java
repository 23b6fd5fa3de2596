package io.github.kvevents.listener;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link AwayPartitions}.
 */
class AwayPartitionsTests {

	private final AtomicLong nanos = new AtomicLong(-5);

	private final AwayPartitions away = new AwayPartitions(true, this.nanos::get);

	private final AtomicInteger calls = new AtomicInteger();

	@Test
	void partitionIsLeftOutUntilTheFeedReceivesSomethingOfIt() {
		this.away.run(3, this::fail);
		this.away.run(3, this::fail);
		assertThat(this.calls).hasValue(1);
		assertThat(this.away.call(4, () -> "served")).isEqualTo("served");
		assertThat(this.away.signal(4)).isFalse();
		assertThat(this.away.call(3, () -> "left out")).isNull();
		assertThat(this.away.signal(3)).isTrue();
		assertThat(this.away.call(3, () -> "served again")).isEqualTo("served again");
	}

	@Test
	void afterALongCallOthersThatAreSilentAreLeftOutToo() {
		this.away.signal(1);
		this.away.signal(2);
		pass(Duration.ofMillis(500));
		this.away.run(0, () -> {
			pass(Duration.ofSeconds(2));
			this.away.signal(2);
			fail();
		});
		assertThat(this.away.call(1, () -> "silent since before the call")).isNull();
		assertThat(this.away.call(2, () -> "served")).isEqualTo("served");
		assertThat(this.away.call(5, () -> "never received anything of")).isNotNull();
	}

	@Test
	void shortFailureSaysNothingOfOthers() {
		this.away.signal(1);
		pass(Duration.ofMillis(500));
		this.away.run(0, () -> {
			pass(Duration.ofSeconds(1));
			fail();
		});
		assertThat(this.away.call(1, () -> "served")).isEqualTo("served");
	}

	@Test
	void isRetriedAfterSomeTimeInAnyCase() {
		this.away.run(0, this::fail);
		pass(Duration.ofSeconds(9));
		this.away.run(0, this::fail);
		assertThat(this.calls).hasValue(1);
		pass(Duration.ofSeconds(2));
		this.away.run(0, this::fail);
		assertThat(this.calls).hasValue(2);
	}

	@Test
	void failureIsThrownOnceAtTheEnd() {
		this.away.run(0, this::fail);
		assertThatIllegalStateException().isThrownBy(this.away::rethrow).withMessage("away 1");
		assertThatCode(this.away::rethrow).doesNotThrowAnyException();
	}

	@Test
	void storeThatIsNotDistributedFailsAtOnce() {
		AwayPartitions one = new AwayPartitions(false, this.nanos::get);
		assertThatIllegalStateException().isThrownBy(() -> one.run(0, this::fail));
		assertThat(one.call(0, () -> "served")).isEqualTo("served");
	}

	private void pass(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

	private void fail() {
		throw new IllegalStateException("away " + this.calls.incrementAndGet());
	}

}
