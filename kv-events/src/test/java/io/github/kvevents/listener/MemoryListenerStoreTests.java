package io.github.kvevents.listener;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.github.kvevents.listener.ListenerStore.Acquisition.Outcome;
import io.github.kvevents.memory.MemoryListenerStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link MemoryListenerStore}.
 */
class MemoryListenerStoreTests extends ListenerStoreContractTests {

	@Override
	ListenerStore createStore() {
		return new MemoryListenerStore(System::currentTimeMillis);
	}

	@Test
	void nothingHoldsAnyMoreWhenTheClockIsSetBack() {
		AtomicLong clock = new AtomicLong(Duration.ofHours(2).toMillis());
		MemoryListenerStore store = new MemoryListenerStore(clock::get);
		Duration lease = Duration.ofSeconds(9);
		store.join("audit", "a", lease);
		store.acquire(1, "audit", "a", lease, 0);
		store.remove(0, "other", lease);
		store.remove(1, "other", lease);
		clock.set(Duration.ofHours(1).toMillis());
		assertThat(store.status(1, "audit").owner()).isNull();
		assertThat(store.join("audit", "b", lease).ids()).containsExactly("b");
		assertThat(store.acquire(1, "audit", "b", lease, 0).outcome()).isEqualTo(Outcome.ACQUIRED);
		assertThat(store.acquire(1, "audit", "a", lease, 0).outcome()).isEqualTo(Outcome.TAKEN);
		assertThat(store.acquire(1, "other", "a", lease, 0).outcome()).isEqualTo(Outcome.ACQUIRED);
		assertThat(store.join("other", "a", lease).removedAt()).isZero();
	}

	@Test
	void signOfLifeThatLiesAheadCountsFromNowOn() {
		AtomicLong clock = new AtomicLong(Duration.ofHours(2).toMillis());
		MemoryListenerStore store = new MemoryListenerStore(clock::get);
		Lease lease = new Lease("audit", 1, "a", store.acquire(1, "audit", "a", LONG, 0).epoch());
		store.keep(lease, LONG, checkpoint(50, 1), List.of());
		clock.set(Duration.ofHours(1).toMillis());
		assertThat(store.oldestNeeded(1, LONG)).isEqualTo(position(50, 1));
		clock.addAndGet(LONG.toMillis() - 1);
		assertThat(store.oldestNeeded(1, LONG)).isEqualTo(position(50, 1));
		clock.addAndGet(1);
		assertThat(store.oldestNeeded(1, LONG)).as("gone since the clock was set back").isNull();
	}

}
