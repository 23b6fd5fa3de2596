package io.github.kvevents.log.change;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestClock;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ChangeLogRetention}.
 */
class ChangeLogRetentionTests {

	/** The clock of the store, far from that of this machine. */
	private final AtomicLong storeMillis = new AtomicLong(1_000_000_000_000L);

	private final AtomicLong nanos = new AtomicLong();

	private final MemoryKvStore store = store(Duration.ofMinutes(10), 2);

	private final ChangeLogStore log = this.store.getChangeLog();

	private final List<RetentionGuard> guards = new ArrayList<>();

	private final ChangeLogRetention retention = new ChangeLogRetention(this.log, this.guards::stream, this.nanos::get);

	private MemoryKvStore store(Duration maxAge, int partitions) {
		return new MemoryKvStore(TestClock.showing(() -> Instant.ofEpochMilli(this.storeMillis.get())),
				new ChangeLogSettings(new Namespace("kept", partitions), "one", 1000, maxAge));
	}

	@Test
	void whatIsOldGoesAndWhatIsNotStays() {
		KvPosition old = write("k", "1");
		pass(Duration.ofMinutes(6));
		KvPosition young = write("k", "2");
		this.retention.trim();
		assertThat(positions(old.partition())).containsExactly(old, young);
		pass(Duration.ofMinutes(5));
		this.retention.trim();
		assertThat(positions(old.partition())).containsExactly(young);
	}

	@Test
	void whatIsOldGoesAfterEachStart() {
		MemoryKvStore store = store(Duration.ofSeconds(1), 1);
		ChangeLogRetention retention = new ChangeLogRetention(store.getChangeLog(), this.guards::stream,
				this.nanos::get);
		for (int cycle = 0; cycle < 3; cycle++) {
			store.set(new StoreWrite("k", new byte[] { 1 }));
			pass(Duration.ofMinutes(1));
			KvPosition last = store.set(new StoreWrite("k", new byte[] { (byte) cycle, 2 })).position();
			assertThat(store.getChangeLog().getState(0).length()).isGreaterThan(1);
			retention.start();
			assertThat(retention.isRunning()).isTrue();
			await().atMost(Duration.ofSeconds(20))
				.until(() -> Objects.equals(store.getChangeLog().getState(0).first(), last));
			retention.stop();
			assertThat(retention.isRunning()).isFalse();
		}
	}

	@Test
	void whatIsKeptForEverStays() {
		MemoryKvStore eternal = store(Duration.ofSeconds(Long.MAX_VALUE), 1);
		eternal.set(new StoreWrite("k", new byte[] { 1 }));
		eternal.set(new StoreWrite("k", new byte[] { 2 }));
		pass(Duration.ofDays(300));
		new ChangeLogRetention(eternal.getChangeLog(), Stream::of, this.nanos::get).trim();
		assertThat(eternal.getChangeLog().getState(0).length()).isEqualTo(2);
	}

	@Test
	void theLastEntryStaysHoweverOldItIs() {
		write("k", "1");
		KvPosition last = write("k", "2");
		this.retention.trim();
		pass(Duration.ofDays(3));
		this.retention.trim();
		assertThat(positions(last.partition())).containsExactly(last);
		assertThat(this.log.getState(last.partition()).isTrimmedAfter(last)).isFalse();
	}

	@Test
	void whatSomebodyNeedsStaysAndSoDoesWhatIsBehind() {
		KvPosition first = write("k", "1");
		KvPosition second = write("k", "2");
		KvPosition third = write("k", "3");
		write("k", "4");
		this.guards.add((partition) -> null);
		this.guards.add((partition) -> (partition == third.partition()) ? third : null);
		this.guards.add((partition) -> (partition == second.partition()) ? second : null);
		pass(Duration.ofDays(1));
		KvPosition fifth = write("k", "5");
		this.retention.trim();
		assertThat(positions(first.partition())).startsWith(second, third).endsWith(fifth).hasSize(4);
		this.guards.clear();
		this.retention.trim();
		assertThat(positions(first.partition())).containsExactly(fifth);
	}

	@Test
	void aGuardThatFailsKeepsItsPartitionOnly() {
		KvPosition first = write("k", "1");
		KvPosition other = write(keyOfOtherPartition(first.partition()), "1");
		pass(Duration.ofDays(1));
		write("k", "2");
		KvPosition otherLast = write(keyOfOtherPartition(first.partition()), "2");
		this.guards.add((partition) -> {
			if (partition == first.partition()) {
				throw new IllegalStateException("on purpose");
			}
			return null;
		});
		assertThatIllegalStateException().isThrownBy(this.retention::trim).withMessage("on purpose");
		assertThat(positions(first.partition())).hasSize(2);
		assertThat(positions(other.partition())).containsExactly(otherLast);
	}

	@Test
	void theClockOfThisMachineDoesNotMatter() {
		KvPosition first = write("k", "1");
		KvPosition second = write("k", "2");
		// this instance sees the log for the first time, and knows of no time that passed
		this.storeMillis.addAndGet(Duration.ofDays(30).toMillis());
		this.retention.trim();
		assertThat(positions(first.partition())).containsExactly(first, second);
		this.nanos.addAndGet(Duration.ofMinutes(11).toNanos());
		this.retention.trim();
		assertThat(positions(first.partition())).containsExactly(second);
	}

	@ParameterizedTest
	@CsvSource({ "PT0.05S, PT0.1S", "PT7S, PT0.7S", "PT24H, PT30S" })
	void itLooksEveryTenthOfTheAge(Duration maxAge, Duration interval) {
		assertThat(ChangeLogRetention.interval(maxAge)).isEqualTo(interval);
	}

	@Test
	void itRunsOnAThreadOfItsOwnAlsoAfterAFailure() {
		SwitchedStore switched = new SwitchedStore(Namespace.of("kept"), 100, Duration.ofMillis(150));
		ChangeLogRetention running = new ChangeLogRetention(switched, Stream::empty);
		switched.failing = true;
		switched.write("k", "1");
		KvPosition second = switched.write("k", "2");
		running.start();
		running.start();
		try {
			await().until(() -> switched.failures.get() > 1);
			assertThat(threads()).isOne();
			switched.failing = false;
			await().until(() -> second.equals(switched.getState(0).first()));
		}
		finally {
			running.stop();
		}
		assertThat(running.isRunning()).isFalse();
		assertThat(threads()).isZero();
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("kv-change-log-retention"))
			.count();
	}

	private void pass(Duration time) {
		this.storeMillis.addAndGet(time.toMillis());
		this.nanos.addAndGet(time.toNanos());
	}

	private KvPosition write(String key, String value) {
		this.storeMillis.incrementAndGet();
		return Objects
			.requireNonNull(this.store.set(new StoreWrite(key, value.getBytes(StandardCharsets.UTF_8))).position());
	}

	private String keyOfOtherPartition(int partition) {
		int number = 0;
		while (this.log.getSettings().namespace().partitionOf("k" + number) == partition) {
			number++;
		}
		return "k" + number;
	}

	private List<KvPosition> positions(int partition) {
		return this.log.read(new KvPosition(partition, 0, 0), 100).stream().map(LoggedChange::position).toList();
	}

}
