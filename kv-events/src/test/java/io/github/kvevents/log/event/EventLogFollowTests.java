package io.github.kvevents.log.event;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.event.EventLogStore.StoredEntry;
import io.github.kvevents.log.event.FollowDelivery.FollowStart;
import io.github.kvevents.memory.MemoryEventLogStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A follow whose store fails in ways that nobody expects.
 */
class EventLogFollowTests {

	private static final EventLogOptions OPTIONS = EventLogOptions.defaults();

	private final AtomicBoolean failing = new AtomicBoolean(true);

	private final MemoryEventLogStore memory = new MemoryEventLogStore(Clock.systemUTC());

	@Test
	void resumesAfterAnErrorAndMissesNothing() {
		EventLogFollows follows = new EventLogFollows(new FailingStore());
		RecordingFollower follower = new RecordingFollower();
		follows.open("log", follower, KvEventLogsContractTests.CODEC, () -> FollowStart.with(List.of()));
		try {
			await().untilAsserted(() -> assertThat(follower.errors).singleElement().isInstanceOf(LinkageError.class));
			add("1");
			this.failing.set(false);
			add("2");
			await().untilAsserted(() -> assertThat(follower.received).containsExactly("1", "2"));
			add("3");
			await().untilAsserted(() -> assertThat(follower.received).containsExactly("1", "2", "3"));
			assertThat(follower.gaps).isEmpty();
		}
		finally {
			follows.stop();
		}
	}

	/**
	 * The log is read without a lock, so the stop may come before the first batch has a
	 * worker.
	 */
	@Test
	void openedWhileTheLogsStopResumesWithItsFirstBatch() {
		this.failing.set(false);
		add("1");
		add("2");
		EventLogFollows follows = new EventLogFollows(new FailingStore());
		RecordingFollower follower = new RecordingFollower();
		follows.open("log", follower, KvEventLogsContractTests.CODEC, () -> {
			List<StoredEntry> newest = this.memory.last("log", EntryId.ZERO, 1);
			follows.stop();
			return FollowStart.with(newest);
		});
		try {
			assertThat(follower.batches).isEmpty();
			follows.start();
			await().untilAsserted(() -> assertThat(follower.received).containsExactly("2"));
			add("3");
			await().untilAsserted(() -> assertThat(follower.received).containsExactly("2", "3"));
			assertThat(follower.gaps).isEmpty();
		}
		finally {
			follows.stop();
		}
	}

	@Test
	void firstBatchIsDeliveredAfterAStopAlsoWhenItIsEmpty() {
		this.failing.set(false);
		EventLogFollows follows = new EventLogFollows(new FailingStore());
		RecordingFollower follower = new RecordingFollower();
		follows.open("log", follower, KvEventLogsContractTests.CODEC, () -> {
			follows.stop();
			return FollowStart.with(List.of());
		});
		try {
			follows.start();
			await().untilAsserted(() -> assertThat(follower.batches).containsExactly(List.of()));
		}
		finally {
			follows.stop();
		}
	}

	@Test
	@Timeout(20)
	void stoppedWhileItsFirstBatchIsHandledCallsNothingUntilTheNextStart() throws Exception {
		this.failing.set(false);
		EventLogFollows follows = new EventLogFollows(new FailingStore());
		CompletableFuture<Thread> stopped = new CompletableFuture<>();
		RecordingFollower follower = new RecordingFollower() {

			@Override
			public void onEntries(List<LogEntry> entries) throws Exception {
				super.onEntries(entries);
				if (entries.isEmpty()) {
					add("1");
					// from within, so that it doesn't wait for this call
					follows.stop();
					stopped.complete(Thread.currentThread());
				}
			}

		};
		follows.open("log", follower, KvEventLogsContractTests.CODEC, () -> FollowStart.with(List.of()));
		try {
			stopped.join().join();
			assertThat(follower.received).isEmpty();
			follows.start();
			await().untilAsserted(() -> assertThat(follower.received).containsExactly("1"));
			assertThat(follower.gaps).isEmpty();
		}
		finally {
			follows.stop();
		}
	}

	private void add(String value) {
		this.memory.add("log",
				List.of(List.of("v".getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8))),
				OPTIONS);
	}

	/**
	 * Fails when a follow reads by itself, as long as the test wants.
	 */
	private final class FailingStore implements EventLogStore {

		@Override
		public List<EntryId> add(String log, List<List<byte[]>> entries, EventLogOptions options) {
			throw new UnsupportedOperationException();
		}

		@Override
		public List<StoredEntry> last(String log, EntryId from, int max) {
			return EventLogFollowTests.this.memory.last(log, from, max);
		}

		@Override
		public List<StoredEntry> before(String log, EntryId id) {
			return EventLogFollowTests.this.memory.before(log, id);
		}

		@Override
		public List<StoredEntry> after(String log, EntryId id, int max) {
			if (EventLogFollowTests.this.failing.get()) {
				throw new NoClassDefFoundError("on purpose");
			}
			return EventLogFollowTests.this.memory.after(log, id, max);
		}

		@Override
		public Reader openReader() {
			return EventLogFollowTests.this.memory.openReader();
		}

	}

}
