package io.github.kvevents.watch;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.kvevents.KvPosition;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.PartitionCursor;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A watch that has read further than the feed when it opens: what it received, or what
 * was there when it opened, may be lost before the feed comes to it.
 */
class WatchReadAheadTests {

	private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(Namespace.of("ahead"), "instance-1", 1_000, Duration.ofHours(3)));

	private final ChangeLogStore log = this.store.getChangeLog();

	private final SlowFeed feed = new SlowFeed();

	private final KvWatches watches = new KvWatches(this.store, this.log, this.feed, new PlainKvCodec(), "instance-1",
			Clock.systemUTC());

	private KvWatch before;

	private KvWatch ahead;

	private KvPosition read;

	@BeforeEach
	void openAheadOfTheFeed() {
		write("k", "1");
		this.before = this.watches.open(WatchOptions.all());
		this.read = write("k", "2");
		this.ahead = this.watches.open(WatchOptions.prefix("k"));
	}

	@AfterEach
	void stop() {
		this.watches.stop();
	}

	@Test
	void whatItReadIsSkippedAndThenItHearsOn() {
		write("other", "3");
		write("k", "4");
		this.feed.tellAll();
		assertThat(WatchInstance.texts(WatchInstance.take(this.before, 3))).containsExactly("UPDATED k=2",
				"CREATED other=3", "UPDATED k=4");
		assertThat(WatchInstance.texts(WatchInstance.take(this.ahead, 1))).containsExactly("UPDATED k=4");
		assertThat(this.ahead.poll(Duration.ZERO)).isNull();
	}

	@Test
	void itMayHaveReadAnEntryThatNobodyReceives() {
		write("other", "3");
		write("k", "4");
		List<LoggedChange> unread = this.feed.unread();
		this.feed.tell(new TailRead(unread.subList(1, 3), List.of(this.read)));
		assertThat(WatchInstance.texts(WatchInstance.take(this.ahead, 1))).containsExactly("UPDATED k=4");
		assertThat(this.ahead.isOpen()).isTrue();
	}

	@Test
	void aLossThatOthersHaveWrittenOverEndsIt() {
		write("other", "3");
		write("k", "4");
		List<LoggedChange> unread = this.feed.unread();
		this.feed.tell(new TailRead(unread.subList(1, 3), List.of()));
		assertLost(unread.get(1).position());
		assertThat(WatchInstance.texts(WatchInstance.take(this.before, 2))).containsExactly("CREATED other=3",
				"UPDATED k=4");
	}

	@Test
	void aLogThatEndsBeforeWhatItReadEndsItAtTheSecondLook() {
		KvPosition last = this.feed.joined;
		this.feed.subscriber().onCompare(this.read);
		this.feed.subscriber().onCompare(last);
		assertThat(this.ahead.isOpen()).isTrue();
		this.feed.subscriber().onCompare(last);
		assertLost(last);
		assertThat(this.before.isOpen()).isTrue();
	}

	private void assertLost(KvPosition earliest) {
		assertThatExceptionOfType(PositionTrimmedException.class)
			.isThrownBy(() -> this.ahead.poll(Duration.ofSeconds(20)))
			.satisfies((ex) -> {
				assertThat(ex.getRequested()).isEqualTo(this.read);
				assertThat(ex.getEarliest()).isEqualTo(earliest);
			});
		assertThat(this.ahead.isOpen()).isFalse();
	}

	private KvPosition write(String key, String value) {
		return Objects
			.requireNonNull(this.store.set(new StoreWrite(key, value.getBytes(StandardCharsets.UTF_8))).position());
	}

	/**
	 * Reads when the test wants.
	 */
	private final class SlowFeed implements ChangeFeed {

		private @Nullable Subscriber subscriber;

		private KvPosition joined = new KvPosition(0, 0, 0);

		private Subscriber subscriber() {
			return Objects.requireNonNull(this.subscriber);
		}

		List<LoggedChange> unread() {
			return WatchReadAheadTests.this.log.read(this.joined, 100);
		}

		void tellAll() {
			tell(new TailRead(unread(), List.of()));
		}

		void tell(TailRead read) {
			subscriber().onRead(read);
		}

		@Override
		public Subscription subscribe(Subscriber subscriber) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Subscription join(Map<Integer, PartitionCursor> positions, Subscriber subscriber) {
			this.subscriber = subscriber;
			this.joined = Objects.requireNonNull(positions.get(0)).position();
			return () -> {
			};
		}

		@Override
		public Map<Integer, KvPosition> cursor() {
			return Map.of(0, this.joined);
		}

	}

}
