package io.github.kvevents.listener;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.listener.Delivery.RetryDelays;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.memory.MemoryListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.support.Delay;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often {@link AssignedPartitions} agrees with other instances.
 */
class AssignedPartitionsTests {

	private static final Duration LEASE = Duration.ofSeconds(10);

	private static final Delay TICK = Delay.ofMillis(1000);

	private final AtomicLong millis = new AtomicLong(1_000_000);

	private final MemoryListenerStore store = new MemoryListenerStore(this.millis::get);

	private final PendingDeliveries deliveries = new PendingDeliveries("test", 1, System::nanoTime, null, () -> {
	});

	@AfterEach
	void tearDown() {
		this.deliveries.close(0);
	}

	@Test
	void anInstanceThatIsAloneLooksOncePerTick() {
		AssignedPartitions alone = partitions("one", 2);
		assertThat(alone.coordinate()).isEqualTo(TICK);
		assertThat(alone.all()).hasSize(2);
		assertThat(alone.coordinate()).isEqualTo(TICK);
	}

	@Test
	void instancesThatShareLookOncePerTick() {
		AssignedPartitions one = partitions("one", 1);
		AssignedPartitions two = partitions("two", 1);
		assertThat(one.coordinate()).isEqualTo(TICK);
		assertThat(two.coordinate()).isEqualTo(TICK);
		assertThat(one.coordinate()).isEqualTo(TICK);
	}

	@Test
	void anInstanceLooksJustAfterAnotherIsGone() {
		AssignedPartitions one = partitions("one", 1);
		partitions("two", 1).coordinate();
		this.millis.addAndGet(LEASE.toMillis() - 100);
		assertThat(one.coordinate().toMillis()).isEqualTo(101);
	}

	@Test
	@Timeout(30)
	void nobodyWaitsForTheCheckpointOfAPartitionThatWasGivenBack() throws InterruptedException {
		AssignedPartitions partitions = partitions("one", 1);
		partitions.coordinate();
		AssignedPartition given = partitions.all().iterator().next();
		given.queue().leave();
		assertThat(partitions.leaveIfIdle(given, true)).isTrue();
		Checkpoint to = Checkpoint.at(new KvPosition(0, 5, 0), "", 5);
		// by who found it in the moment before
		given.queue().window().completeUpTo(to);
		assertThat(given.queue().window().awaitCommitted(to.position(), Duration.ofHours(1))).isFalse();
	}

	@Test
	@Timeout(30)
	void nobodyWaitsForTheCheckpointOfAListenerThatHasStopped() throws InterruptedException {
		AssignedPartitions partitions = partitions("one", 1);
		partitions.coordinate();
		AssignedPartition given = partitions.all().iterator().next();
		partitions.clear();
		Checkpoint to = Checkpoint.at(new KvPosition(0, 5, 0), "", 5);
		given.queue().window().completeUpTo(to);
		assertThat(given.queue().window().awaitCommitted(to.position(), Duration.ofHours(1))).isFalse();
	}

	@Test
	void entriesForOthersAreReadAtOnceOnlyBeforeTheLogRemovesThem() {
		AssignedPartitions partitions = partitions("one", 1);
		assertThat(partitions.isToRead(read("mine:1", 50))).as("another instance reads it").isFalse();
		partitions.coordinate();
		assertThat(partitions.isToRead(read("mine:1", 1))).isTrue();
		for (int round = 0; round < 2; round++) {
			assertThat(partitions.isToRead(read("theirs:1", 9))).isFalse();
			assertThat(partitions.isToRead(read("theirs:1", 1))).as("a tenth of what the log keeps").isTrue();
		}
	}

	private static TailRead read(String key, int count) {
		LoggedChange change = new LoggedChange(new KvPosition(0, 1, 0), KvEventType.SET, key, new byte[] { 1 }, null,
				"writer", "operation", Instant.EPOCH, Instant.EPOCH, null);
		return new TailRead(Collections.nCopies(count, change), List.of());
	}

	private AssignedPartitions partitions(String instance, int count) {
		ChangeLogSettings settings = new ChangeLogSettings(new Namespace("owned", count), instance, 100,
				Duration.ofHours(3));
		MemoryKvStore log = new MemoryKvStore(Clock.systemUTC(), settings);
		ListenerOptions options = ListenerOptions.defaults().filter(KeyFilter.prefix("mine:"));
		KvEventHandler handler = (event) -> {
		};
		ListenerCounters counters = new ListenerCounters(Clock.systemUTC());
		DeliveryPolicy policy = new DeliveryPolicy("audit", options, handler, new PlainKvCodec(), this.store, counters,
				new RetryDelays(options, () -> 0), () -> {
				});
		ListenerMembership membership = new ListenerMembership(this.store, "audit", instance, count, LEASE,
				System::nanoTime);
		GapReporter gaps = new GapReporter("audit", handler, (gap) -> {
		}, counters);
		TruncationDetector truncation = new TruncationDetector(log.getChangeLog(),
				new SharedPages(log.getChangeLog(), System::nanoTime));
		return new AssignedPartitions(membership, truncation, options, this.deliveries, policy, gaps, new HashMap<>(),
				TICK, false);
	}

}
