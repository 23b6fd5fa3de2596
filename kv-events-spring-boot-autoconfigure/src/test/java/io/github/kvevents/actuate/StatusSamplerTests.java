package io.github.kvevents.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.actuate.KvExpiryMeters.StatusSampler;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.TrackingActivity;
import io.github.kvevents.expiry.TrackingActivity.State;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.expiry.TrackingStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class StatusSamplerTests {

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final AtomicInteger asked = new AtomicInteger();

	private volatile State state = State.TRACKING;

	private volatile Supplier<TrackingStatus> store = () -> status(3);

	private final StatusSampler sampler = new StatusSampler(new Monitor(), this.nanoTime::get);

	@Test
	void asksAtMostEveryFiveSeconds() {
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		this.store = () -> status(4);
		pass(Duration.ofMillis(4999));
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		assertThat(this.asked).hasValue(1);
		pass(Duration.ofMillis(1));
		assertThat(this.sampler.sample()).isEqualTo(status(4));
		assertThat(this.asked).hasValue(2);
	}

	@Test
	void asksNothingWhereNothingIsTracked() {
		this.state = State.IDLE;
		assertThat(this.sampler.sample()).isNull();
		this.state = State.OFF;
		assertThat(this.sampler.sample()).isNull();
		assertThat(this.asked).hasValue(0);
	}

	@Test
	void doesNotWaitForAStoreThatHangsAndAsksItOnce() {
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		CountDownLatch released = new CountDownLatch(1);
		this.store = () -> {
			awaitQuietly(released);
			return status(9);
		};
		pass(Duration.ofSeconds(6));
		assertThat(this.sampler.sample()).as("what it told last").isEqualTo(status(3));
		pass(Duration.ofSeconds(6));
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		assertThat(this.asked).hasValue(2);
		pass(Duration.ofSeconds(18));
		assertThat(this.sampler.sample()).as("too old to be shown").isNull();
		released.countDown();
		await().until(() -> status(9).equals(this.sampler.sample()));
	}

	@Test
	void showsNothingThatIsOldWhenTheStoreFails() {
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		this.store = () -> {
			throw new QueryTimeoutException("away");
		};
		pass(Duration.ofMillis(29_999));
		assertThat(this.sampler.sample()).isEqualTo(status(3));
		pass(Duration.ofMillis(1));
		assertThat(this.sampler.sample()).isNull();
		this.store = () -> status(5);
		pass(Duration.ofSeconds(5));
		assertThat(this.sampler.sample()).isEqualTo(status(5));
	}

	private void pass(Duration time) {
		this.nanoTime.addAndGet(time.toNanos());
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TrackingStatus status(long tracked) {
		return new TrackingStatus(
				List.of(new TrackingStatus.Partition(tracked, 0, null, Duration.ZERO, null, 0, Map.of())), null);
	}

	private final class Monitor implements ExpiryMonitor {

		@Override
		public String instanceId() {
			return "me";
		}

		@Override
		public TrackingActivity getActivity() {
			return new TrackingActivity(TrackingMode.AUTO, StatusSamplerTests.this.state, 0, 0, 0);
		}

		@Override
		public TrackingStatus getStatus() {
			StatusSamplerTests.this.asked.incrementAndGet();
			return StatusSamplerTests.this.store.get();
		}

	}

}
