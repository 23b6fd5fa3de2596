package io.github.kvevents.store.redis;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.RedisListenerStores;
import io.github.kvevents.log.EveryInstanceReader;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.StoreChangeFeed;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.KvWatches;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * One entry that can't be read, not even alone: here the server cuts the connection of
 * whoever asks for it.
 */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class EntryTooLargeTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private static final int BYTES = 5 << 20;

	private TestRedis redis;

	private RedisConnectionFactory factory;

	private final ChangeLogSettings settings = new ChangeLogSettings(new Namespace("large", 1), "one", 1000,
			Duration.ofHours(1));

	private KvTemplate template;

	private RedisChangeLogStore log;

	private StoreChangeFeed feed;

	private KvPosition before;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start();
		this.factory = this.redis.connectionFactory(this.redis.getPort(), Duration.ofSeconds(20));
		this.template = KvTemplate
			.builder(new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings), new PlainKvCodec())
			.build();
		this.log = new RedisChangeLogStore(this.factory, KeyNames.plain(), this.settings);
		this.feed = new StoreChangeFeed(this.log);
		this.feed.start();
		limit("2mb");
		this.template.set("a", "1");
		this.before = this.log.getState(0).last();
	}

	@AfterEach
	void stop() {
		this.feed.stop();
		this.redis.close();
	}

	private void limit(String bytes) {
		this.redis.execute("CONFIG", "SET", "client-output-buffer-limit", "normal " + bytes + " 0 0");
	}

	private KvPosition writeLarge() {
		this.template.set("large", new byte[BYTES]);
		KvPosition position = this.log.getState(0).last();
		this.template.set("b", "2");
		return position;
	}

	@Test
	void theScriptMarksWhatIsLargerThanThisProcessTakes() {
		byte[] stream = "stream".getBytes(StandardCharsets.US_ASCII);
		this.redis.template().opsForStream().add("stream", Map.of("v", "small"));
		String id = this.redis.template().opsForStream().add("stream", Map.of("v", "x".repeat(100))).getValue();
		StreamPages pages = new StreamPages(new RedisConnections(this.factory), 1, 50);
		StreamPages.Page page = pages.read(StreamPages.Request.forwards(stream, "-", 10), (name) -> name);
		assertThat(page.entries()).as("ends before it").hasSize(1);
		assertThat(page.more()).isTrue();
		assertThatExceptionOfType(EntryTooLargeException.class)
			.isThrownBy(() -> pages.read(StreamPages.Request.forwards(stream, "(" + page.entries().get(0).id(), 10),
					(name) -> "0:" + name))
			.withMessage("The entry '0:" + id + "' with 101 bytes can't be read: that is more than a quarter of the "
					+ "heap of this process. Give it more heap (-Xmx), or resume behind it, a listener by "
					+ "seek(StartPosition.after(…))")
			.satisfies((ex) -> assertThat(ex.getEntry()).isEqualTo("0:" + id))
			.satisfies((ex) -> assertThat(ex.getBytes()).isEqualTo(101));
		assertThat(pages.read(StreamPages.Request.forwards(stream, "(" + id, 10), (name) -> name).entries())
			.as("behind it reading is possible")
			.isEmpty();
	}

	@Test
	void whatFailsTwiceAloneIsReportedWithPositionSizeAndTheWayOut() {
		KvPosition position = writeLarge();
		Throwable failure = null;
		int failures = 0;
		while (!(failure instanceof EntryTooLargeException)) {
			failure = catchThrowable(() -> this.log.read(this.before, 100));
			assertThat(failure).isInstanceOfAny(DataAccessException.class, EntryTooLargeException.class);
			assertThat(++failures).isLessThan(20);
		}
		assertThat(failures).as("once may be an outage").isGreaterThan(2);
		assertThat(failure).hasMessageContainingAll("'" + position + "'", "reading it alone failed repeatedly",
				"'client-output-buffer-limit normal'", "'spring.data.redis.timeout'", "seek(StartPosition.after(…))");
		assertThat(((EntryTooLargeException) failure).getBytes()).isBetween((long) BYTES, BYTES + 1000L);
		assertThat(this.log.read(position, 100)).singleElement()
			.satisfies((change) -> assertThat(change.key()).isEqualTo("b"));
		limit("0");
		assertThat(this.log.read(this.before, 100)).isNotEmpty();
	}

	@Test
	void aWatchEndsWithIt() {
		KvPosition position = writeLarge();
		KvWatches watches = new KvWatches(new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings),
				this.log, this.feed, new PlainKvCodec(), "one", Clock.systemUTC());
		watches.start();
		try (KvWatch watch = watches.open(WatchOptions.all().after(this.before))) {
			assertThatExceptionOfType(EntryTooLargeException.class).isThrownBy(() -> {
				while (watch.isOpen()) {
					assertThat(watch.poll(LONG)).isNull();
				}
			}).withMessageContaining("'" + position + "'");
			assertThat(watch.isOpen()).isFalse();
		}
		finally {
			watches.stop();
		}
	}

}
