package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.dao.QueryTimeoutException;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;
import io.github.kvevents.memory.MemoryEventLogStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FollowReader} on a store in which only an interrupt ends a wait that
 * isn't short.
 */
class FollowReaderTests {

	private final MemoryEventLogStore memory = new MemoryEventLogStore(Clock.systemUTC());

	private final Semaphore waiting = new Semaphore(0);

	private final AtomicInteger opened = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private final EventLogFollows follows = new EventLogFollows(new WaitingStore());

	@AfterEach
	void stop() {
		this.follows.stop();
	}

	@Test
	void aLogThatIsFollowedWhileTheReaderWaitsIsReadAtOnce() throws Exception {
		open("first");
		this.waiting.acquire();
		RecordingFollower second = open("second");
		await().until(() -> this.opened.get() == 2);
		add("second", "1");
		await().untilAsserted(() -> assertThat(second.received).containsExactly("1"));
		assertThat(second.errors).isEmpty();
	}

	@Test
	void furtherFollowsOfALogLeaveTheReaderAlone() throws Exception {
		RecordingFollower first = open("log");
		this.waiting.acquire();
		for (int i = 0; i < 20; i++) {
			RecordingFollower further = open("log");
			await().until(() -> !further.batches.isEmpty());
		}
		assertThat(this.opened).hasValue(1);
		assertThat(first.errors).isEmpty();
	}

	@Test
	void theReaderEndsWithTheLastFollowThoughItWaits() throws Exception {
		Follow follow = this.follows.open("log", new RecordingFollower(), KvEventLogsContractTests.CODEC,
				() -> FollowStart.with(List.of()));
		this.waiting.acquire();
		follow.close();
		await().until(() -> this.closed.get() == 1);
	}

	@Test
	void aStopDoesNotWaitForTheReader() throws Exception {
		RecordingFollower follower = open("log");
		this.waiting.acquire();
		this.follows.stop();
		assertThat(this.closed).hasValue(1);
		assertThat(follower.errors).isEmpty();
		this.follows.start();
		add("log", "1");
		await().untilAsserted(() -> assertThat(follower.received).containsExactly("1"));
	}

	private RecordingFollower open(String log) {
		RecordingFollower follower = new RecordingFollower();
		this.follows.open(log, follower, KvEventLogsContractTests.CODEC, () -> FollowStart.with(List.of()));
		return follower;
	}

	private void add(String log, String value) {
		this.memory.add(log,
				List.of(List.of("v".getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8))),
				EventLogOptions.defaults());
	}

	private final class WaitingStore implements EventLogStore {

		@Override
		public List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options) {
			throw new UnsupportedOperationException();
		}

		@Override
		public List<StoredEntry> last(String log, EntryId from, int max) {
			return FollowReaderTests.this.memory.last(log, from, max);
		}

		@Override
		public List<StoredEntry> before(String log, EntryId id) {
			return FollowReaderTests.this.memory.before(log, id);
		}

		@Override
		public List<StoredEntry> after(String log, EntryId id, int max) {
			return FollowReaderTests.this.memory.after(log, id, max);
		}

		@Override
		public Reader openReader() {
			FollowReaderTests.this.opened.incrementAndGet();
			return new WaitingReader(FollowReaderTests.this.memory.openReader());
		}

	}

	private final class WaitingReader implements EventLogStore.Reader {

		private final EventLogStore.Reader reader;

		WaitingReader(EventLogStore.Reader reader) {
			this.reader = reader;
		}

		@Override
		public Map<String, List<StoredEntry>> read(Map<String, EntryId> positions, Duration wait) {
			if (wait.compareTo(Duration.ofMillis(100)) <= 0) {
				return this.reader.read(positions, wait);
			}
			FollowReaderTests.this.waiting.release();
			Map<String, List<StoredEntry>> read = Map.of();
			while (read.isEmpty()) {
				read = this.reader.read(positions, Duration.ofMillis(20));
				if (Thread.currentThread().isInterrupted()) {
					throw new QueryTimeoutException("Interrupted");
				}
			}
			return read;
		}

		@Override
		public Map<String, EventLogStore.LogEnd> check(Collection<String> logs) {
			return this.reader.check(logs);
		}

		@Override
		public void close() {
			FollowReaderTests.this.closed.incrementAndGet();
			this.reader.close();
		}

	}

}
