package io.github.kvevents.log.change;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvPosition;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.fixture.NoThreads;
import io.github.kvevents.fixture.TestClock;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EveryInstanceReader} on a store that doesn't answer at the moment from
 * which it is to read.
 */
class EveryInstanceReaderTests {

	private volatile Duration behind = Duration.ofMinutes(1);

	private final SwitchedStore store = new SwitchedStore(new Namespace("test", 1), 3, Duration.ofHours(1),
			TestClock.showing(() -> Instant.now().minus(this.behind)));

	private final List<String> received = new CopyOnWriteArrayList<>();

	private final List<LogGapEvent> gaps = new CopyOnWriteArrayList<>();

	private final EveryInstanceReader reader = new EveryInstanceReader(this.store, new SilentFeed(),
			new JsonKvCodec(JsonMapper.builder().build()), (event) -> this.received.add(event.getKey()),
			(event) -> this.gaps.add((LogGapEvent) event));

	@AfterEach
	void stop() {
		this.store.failing = false;
		this.reader.stop();
	}

	private void beginWhileAway() {
		write("old", 5);
		this.behind = Duration.ZERO;
		this.store.failing = true;
		this.reader.setNeeded(true);
		this.reader.start();
		await().until(() -> this.store.failures.get() >= 3);
	}

	private void write(String key, int count) {
		for (int number = 0; number < count; number++) {
			this.store.write(key + number, "v");
		}
	}

	private void awaitEnd() {
		this.store.failing = false;
		await().until(() -> this.reader.pendingWork().descriptions().isEmpty());
	}

	@Test
	void nothingIsMissedWhereNothingWasWrittenUntilTheStoreAnswers() {
		beginWhileAway();
		awaitEnd();
		write("new", 1);
		await().untilAsserted(() -> assertThat(this.received).containsExactly("new0"));
		assertThat(this.gaps).isEmpty();
	}

	@Test
	void changesUntilTheStoreAnswersAreReceived() {
		beginWhileAway();
		write("new", 2);
		awaitEnd();
		await().untilAsserted(() -> assertThat(this.received).containsExactly("new0", "new1"));
		assertThat(this.gaps).isEmpty();
	}

	@Test
	void changesThatWereRemovedUntilTheStoreAnswersAreAGap() {
		beginWhileAway();
		write("new", 5);
		awaitEnd();
		await().untilAsserted(() -> assertThat(this.received).containsExactly("new2", "new3", "new4"));
		assertThat(this.gaps).hasSize(1);
	}

	@Test
	void readerThatIsStoppedBeforeTheStoreAnswersHasMissedNothingWhenItIsStartedAgain() {
		beginWhileAway();
		write("new", 1);
		this.reader.stop();
		this.store.failing = false;
		this.reader.start();
		write("new1", 1);
		await().untilAsserted(() -> assertThat(this.received).containsExactly("new0", "new10"));
		assertThat(this.gaps).isEmpty();
	}

	@Test
	void readsForTheNextHookWhereThereWasNoThreadForTheFirst() {
		this.behind = Duration.ZERO;
		this.reader.start();
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> NoThreads.during(() -> this.reader.setNeeded(true)));
		this.reader.setNeeded(true);
		write("new", 1);
		await().untilAsserted(() -> assertThat(this.received).containsExactly("new0"));
	}

	/**
	 * Signals nothing.
	 */
	private static final class SilentFeed implements ChangeFeed {

		@Override
		public Subscription subscribe(Subscriber subscriber) {
			return () -> {
			};
		}

		@Override
		public @Nullable Subscription join(Map<Integer, PartitionCursor> positions, Subscriber subscriber) {
			return null;
		}

		@Override
		public Map<Integer, KvPosition> cursor() {
			return Map.of();
		}

	}

}
