package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.kvevents.support.Delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * {@link SubscriptionShutdown}: who waits for it allows for little more than the shutdown
 * timeout.
 */
class SubscriptionShutdownTests {

	private static final Delay TICK = Delay.ofMillis(1000);

	private final AtomicLong millis = new AtomicLong(5000);

	private final ListenerMembership membership = mock();

	private final AssignedPartitions partitions = mock();

	private final PendingDeliveries deliveries = mock();

	@Test
	void looksAgainWhenHandlersHaveHadTheirTime() {
		AssignedPartition busy = mock();
		PartitionQueue queue = mock();
		given(this.membership.now()).willAnswer((call) -> TimeUnit.MILLISECONDS.toNanos(this.millis.get()));
		given(this.partitions.all()).willReturn(List.of(busy));
		given(busy.queue()).willReturn(queue);
		given(busy.obey()).willReturn(Delay.NEVER);
		SubscriptionShutdown shutdown = new SubscriptionShutdown(this.membership, this.partitions, this.deliveries,
				mock(), Duration.ofMillis(1300), TICK);
		assertThat(shutdown.turn()).isEqualTo(TICK);
		this.millis.addAndGet(1000);
		assertThat(shutdown.turn()).isEqualTo(Delay.ofMillis(300));
		then(this.deliveries).should(never()).close(anyLong());
		this.millis.addAndGet(300);
		assertThat(shutdown.turn()).isNull();
		then(this.deliveries).should().close(anyLong());
	}

}
