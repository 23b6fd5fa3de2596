package io.github.kvevents.redis;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.EntryTooLargeException;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.StartedLink;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.EveryInstanceReader;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.log.event.StoreKvEventLogs;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.redis.listener.RedisListenerStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.KvWatches;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A single entry that can't be read: the server closes the connection of each client that
 * reads it. Commands time out after a minute, the default: nothing waits for that.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class EntryTooLargeTests {

	private static final Duration LONG = Duration.ofSeconds(40);

	private static final int BYTES = 4 << 20;

	private TestRedis redis;

	private RedisLink link;

	private RedisConnectionFactory factory;

	private final ChangeLogSettings settings = new ChangeLogSettings(new Namespace("large", 1), "one", 1000,
			Duration.ofHours(1));

	private RedisKvStore store;

	private KvTemplate template;

	private RedisChangeLogStore log;

	private StoreChangeFeed feed;

	private KvPosition before;

	private final List<Runnable> ends = new ArrayList<>();

	@BeforeEach
	void start() {
		this.redis = TestRedis.start();
		LettuceConnectionFactory application = this.redis.connectionFactory(this.redis.getPort(),
				Duration.ofSeconds(60));
		this.link = new RedisLink(application);
		this.factory = this.link.connectionFactory();
		StartedLink.start(this.link);
		this.store = new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings);
		this.template = KvTemplate.builder(this.store, new PlainKvCodec()).build();
		this.log = new RedisChangeLogStore(this.factory, KeyNames.plain(), this.settings);
		this.feed = new StoreChangeFeed(this.log);
		this.feed.start();
		this.ends.add(this.feed::stop);
		limit("2mb");
		this.template.set("a", "1");
		this.before = this.log.getState(0).last();
	}

	@AfterEach
	void stop() {
		for (int index = this.ends.size() - 1; index >= 0; index--) {
			this.ends.get(index).run();
		}
		this.link.stop();
		this.link.destroy();
		this.redis.close();
	}

	@Test
	void scriptMarksWhatIsLargerThanThisProcessTakes() {
		byte[] stream = "stream".getBytes(StandardCharsets.US_ASCII);
		this.redis.template().opsForStream().add("stream", Map.of("v", "small"));
		String id = this.redis.template().opsForStream().add("stream", Map.of("v", "x".repeat(100))).getValue();
		RedisConnections connections = new RedisConnections(this.factory);
		StreamPages pages = new StreamPages(connections, connections, 1, 50);
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
			.as("entries after it can be read")
			.isEmpty();
	}

	@Test
	void readerOfTheLogGetsPositionSizeAndTheWayOutAtOnce() {
		KvPosition position = writeLarge();
		StoreKvChangeLog changeLog = new StoreKvChangeLog(this.log, this.feed, new PlainKvCodec());
		ReadRequest request = ReadRequest.from(StartPosition.after(this.before));

		assertThatExceptionOfType(EntryTooLargeException.class).isThrownBy(() -> changeLog.read(request))
			.withMessageContainingAll("'" + position + "'", "reading it alone failed repeatedly",
					"'client-output-buffer-limit normal'", "'spring.data.redis.timeout'",
					"seek(StartPosition.after(…))")
			.satisfies((ex) -> assertThat(ex.getBytes()).isBetween((long) BYTES, BYTES + 1000L));

		assertThat(changeLog.read(ReadRequest.from(StartPosition.after(position))).events()).singleElement()
			.satisfies((event) -> assertThat(event.getKey()).isEqualTo("b"));
		limit("0");
		assertThat(changeLog.read(request).events()).extracting(KvEvent::getKey).containsExactly("large", "b");
	}

	@Test
	void writesAndReadsOfTheApplicationAreNeitherDelayedNorRetransmitted(CapturedOutput output) {
		Queue<String> handled = listen();
		KvPosition position = writeLarge();
		awaitReport(output, position.toString());

		this.redis.execute("CONFIG", "RESETSTAT");
		for (int number = 0; number < 200; number++) {
			this.template.set("c", "" + number);
			assertThat(this.template.get("c", String.class)).hasValue("" + number);
		}
		Map<String, Long> calls = this.redis.commandCalls();
		assertThat(calls.get("get")).isLessThanOrEqualTo(400);
		assertThat(calls.get("set")).isEqualTo(200);
		assertThat(handled).containsExactly("a");
	}

	@Test
	void listenerReportsItOnceAndResumes(CapturedOutput output) {
		Queue<String> handled = listen();
		KvPosition position = writeLarge();
		awaitReport(output, position.toString());
		assertThatItDoesNotSpin(output, position.toString());
		assertThat(handled).containsExactly("a");

		limit("0");

		await().atMost(LONG).untilAsserted(() -> assertThat(handled).containsExactly("a", "large", "b"));
	}

	@Test
	void hooksOnEveryInstanceReportItOnceAndResume(CapturedOutput output) {
		Queue<String> received = new ConcurrentLinkedQueue<>();
		EveryInstanceReader reader = new EveryInstanceReader(this.log, this.feed, new PlainKvCodec(),
				(event) -> received.add(event.getKey()), (event) -> {
				});
		reader.setNeeded(true);
		reader.start();
		this.ends.add(reader::stop);
		KvPosition position = writeLarge();
		awaitReport(output, position.toString());
		assertThatItDoesNotSpin(output, position.toString());
		assertThat(received).isEmpty();

		limit("0");

		await().atMost(LONG).untilAsserted(() -> assertThat(received).containsExactly("large", "b"));
	}

	@Test
	void watchThatResumesEndsWithIt() {
		KvPosition position = writeLarge();
		assertThatExceptionOfType(EntryTooLargeException.class)
			.isThrownBy(() -> readAll(WatchOptions.all().after(this.before)))
			.withMessageContaining("'" + position + "'");
	}

	@Test
	void watchWithReplayNamesTheKey() {
		writeLarge();
		assertThatExceptionOfType(EntryTooLargeException.class)
			.isThrownBy(() -> readAll(WatchOptions.all().initialReplay()))
			.withMessageContainingAll("'large'", String.valueOf(BYTES), "'client-output-buffer-limit normal'");
		limit("0");
		try (KvWatch watch = watches().open(WatchOptions.all().initialReplay())) {
			assertThat(Stream.generate(() -> watch.poll(LONG)).limit(3).map(KvEvent::getKey))
				.containsExactlyInAnyOrder("a", "b", "large");
		}
	}

	@Test
	void batchGetNamesTheKeyAndReadsTheOthers() {
		writeLarge();
		assertThatExceptionOfType(EntryTooLargeException.class)
			.isThrownBy(() -> this.template.batchGet(List.of("a", "large", "b"), String.class))
			.withMessageContainingAll("'large'", String.valueOf(BYTES), "leave it out")
			.satisfies((ex) -> assertThat(ex.getEntry()).isEqualTo("large"));
		assertThat(this.template.batchGet(List.of("a", "b"), String.class)).hasSize(2);
		limit("0");
		assertThat(this.template.batchGet(List.of("a", "large", "b"), String.class)).hasSize(3);
	}

	@Test
	void valuesOfACollectionNameTheKey() {
		this.template.set("orders:1", "small");
		this.template.set("orders:2", new byte[BYTES]);
		assertThatExceptionOfType(EntryTooLargeException.class)
			.isThrownBy(() -> this.template.collection("orders", String.class).values().toList())
			.withMessageContainingAll("'orders:2'", String.valueOf(BYTES));
	}

	@Test
	void eventLogNamesTheEntryAndFollowsOfOthersContinue(CapturedOutput output) {
		StoreKvEventLogs logs = new StoreKvEventLogs(
				new RedisEventLogStore(this.factory, this.settings.namespace(), null), new PlainKvCodec());
		logs.start();
		this.ends.add(logs::stop);
		KvEventLog eventLog = logs.open("sensors", EventLogOptions.defaults());
		KvEventLog other = logs.open("other", EventLogOptions.defaults());
		Queue<EntryId> followed = new ConcurrentLinkedQueue<>();
		Queue<EntryId> others = new ConcurrentLinkedQueue<>();
		try (Follow follow = eventLog
			.tailAndFollow((entries) -> entries.forEach((entry) -> followed.add(entry.getId())));
				Follow unaffected = other
					.tailAndFollow((entries) -> entries.forEach((entry) -> others.add(entry.getId())))) {
			EntryId id = eventLog.add(Map.of("value", new byte[BYTES])).get(0);
			assertThatExceptionOfType(EntryTooLargeException.class).isThrownBy(eventLog::tail)
				.withMessageContainingAll(id.toString(), "sensors");
			awaitReport(output, id.toString());
			EntryId small = other.add(Map.of("value", "1")).get(0);
			await().atMost(LONG).untilAsserted(() -> assertThat(others).containsExactly(small));
			assertThatItDoesNotSpin(output, id.toString());
			assertThat(followed).isEmpty();
			assertThat(follow.isOpen()).isTrue();
			assertThat(unaffected.isOpen()).isTrue();

			limit("0");

			await().atMost(LONG).untilAsserted(() -> assertThat(followed).containsExactly(id));
		}
	}

	@Test
	void expiryIsReportedOnceWithItsKeyAndDelivered(CapturedOutput output) {
		Queue<String> expired = new ConcurrentLinkedQueue<>();
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		engine.start();
		this.ends.add(engine::stop);
		engine.getRegistry()
			.register(KvHookOptions.defaults().id("expired").events(KvEventType.EXPIRED),
					(event) -> expired.add(event.getKey()));
		ExpiryTracker tracker = ExpiryTracker
			.builder(this.factory, this.settings.namespace(), engine.getDispatcher(), new PlainKvCodec())
			.names(KeyNames.plain())
			.instanceId("one")
			.build();
		tracker.start();
		this.ends.add(tracker::stop);
		KvTemplate tracked = KvTemplate
			.builder(new RedisKvStore(this.factory, KeyNames.plain(), tracker), new PlainKvCodec())
			.build();
		tracked.set("large", new byte[BYTES], Duration.ofMillis(300));
		awaitReport(output, "'large'");
		assertThatItDoesNotSpin(output, "'large'");
		assertThat(expired).isEmpty();

		limit("0");

		await().atMost(LONG).untilAsserted(() -> assertThat(expired).containsExactly("large"));
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

	private Queue<String> listen() {
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		ListenerEngine engine = ListenerEngine
			.builder(this.log, this.feed, new RedisListenerStore(this.factory, this.settings.namespace(), null),
					new PlainKvCodec())
			.instanceId("one")
			.build();
		engine.start();
		this.ends.add(engine::stop);
		engine.register("mailer", ListenerOptions.defaults(), (event) -> handled.add(event.getKey()));
		await().atMost(LONG).untilAsserted(() -> assertThat(handled).containsExactly("a"));
		return handled;
	}

	private KvWatches watches() {
		KvWatches watches = new KvWatches(this.store, this.log, this.feed, new PlainKvCodec(), "one",
				Clock.systemUTC());
		watches.start();
		this.ends.add(watches::stop);
		return watches;
	}

	private void readAll(WatchOptions options) {
		try (KvWatch watch = watches().open(options)) {
			while (watch.isOpen()) {
				watch.poll(Duration.ofSeconds(1));
			}
		}
	}

	private static void awaitReport(CapturedOutput output, String entry) {
		await().atMost(LONG).until(() -> reports(output, entry) > 0);
	}

	/**
	 * Each attempt takes a new connection, and half of them more: the feed reads, too.
	 */
	private void assertThatItDoesNotSpin(CapturedOutput output, String entry) {
		long before = connections();
		long begin = System.nanoTime();
		await().pollDelay(Duration.ofSeconds(4)).atMost(LONG).until(() -> true);
		double seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
		assertThat((connections() - before) / seconds).as("attempts a second").isLessThan(12);
		assertThat(reports(output, entry)).isLessThanOrEqualTo(2);
	}

	private long connections() {
		return Long.parseLong(this.redis.info("stats").getProperty("total_connections_received"));
	}

	private static long reports(CapturedOutput output, String entry) {
		return output.getAll()
			.lines()
			.filter((line) -> line.startsWith(EntryTooLargeException.class.getName()) && line.contains(entry))
			.count();
	}

}
