package io.github.kvevents.watch;

import java.time.Clock;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.Namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches of a log from which retention removed every entry: nothing is missing behind
 * its last position, whenever the next entry is written.
 */
class EmptiedLogWatchTests {

	private static final ChangeLogSettings SETTINGS = new ChangeLogSettings(Namespace.of("watched"),
			WatchInstance.ORIGIN, 1_000_000, Duration.ofHours(3));

	@Nested
	class OnMemory extends Contract {

		private final MemoryKvStore store = new MemoryKvStore(Clock.systemUTC(), SETTINGS);

		@Override
		ChangeLogStore log() {
			return this.store.getChangeLog();
		}

		@Override
		WatchInstance createInstance() {
			return new WatchInstance(this.store, log());
		}

	}

	@Nested
	@ExtendWith(TestRedisExtension.class)
	class OnRedis extends Contract {

		private final RedisConnectionFactory connectionFactory;

		OnRedis(TestRedis redis) {
			this.connectionFactory = redis.template().getRequiredConnectionFactory();
		}

		@Override
		ChangeLogStore log() {
			return new RedisChangeLogStore(this.connectionFactory, KeyNames.prefixedWith("app:"), SETTINGS);
		}

		@Override
		WatchInstance createInstance() {
			return new WatchInstance(
					new RedisKvStore(this.connectionFactory, KeyNames.prefixedWith("app:"), null, SETTINGS), log());
		}

	}

	abstract static class Contract {

		private WatchInstance instance;

		abstract ChangeLogStore log();

		abstract WatchInstance createInstance();

		@BeforeEach
		void create() {
			this.instance = createInstance();
		}

		@AfterEach
		void close() {
			this.instance.close();
		}

		@Test
		void watchAfterTheLastEntryReceivesAChangeWrittenBeforeItsFirstPoll() {
			KvPosition last = emptyLog();
			try (KvWatch watch = this.instance.watch(WatchOptions.all().after(last))) {
				this.instance.template.set("k", "first");
				assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=first");
				this.instance.template.set("k", "second");
				assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=second");
			}
		}

		@Test
		void liveWatchReceivesAChangeWrittenAtOnce() {
			for (int round = 0; round < 20; round++) {
				emptyLog();
				try (WatchInstance other = createInstance(); KvWatch watch = other.watch(WatchOptions.all())) {
					other.template.set("k", "v" + round);
					assertThat(WatchInstance.texts(WatchInstance.take(watch, 1)))
						.containsExactly("UPDATED k=v" + round);
				}
			}
		}

		@Test
		void watchThatReadToTheEndReceivesWhatIsWrittenAfterRetentionRemovedAll() {
			KvPosition first = write("one");
			write("two");
			try (KvWatch watch = this.instance.watch(WatchOptions.all().after(first))) {
				assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=two");
				removeAll();
				this.instance.template.set("k", "three");
				assertThat(WatchInstance.texts(WatchInstance.take(watch, 1))).containsExactly("UPDATED k=three");
			}
		}

		private KvPosition emptyLog() {
			this.instance.template.set("k", "before");
			this.instance.template.set("k", "v" + System.nanoTime());
			removeAll();
			return log().getState(0).last();
		}

		private void removeAll() {
			KvPosition last = log().getState(0).last();
			log().trim(new KvPosition(0, last.millis() + 100_000, 0));
			await().until(() -> log().getState(0).first() == null);
			assertThat(log().getState(0).last()).isEqualTo(last);
		}

		private KvPosition write(String value) {
			this.instance.template.set("k", value);
			return log().getState(0).last();
		}

	}

}
