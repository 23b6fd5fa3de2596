package io.github.kvevents.redis;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.github.kvevents.KvEvent;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerEngine;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.LogEntry;
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
import static org.awaitility.Awaitility.await;

/**
 * Each reader of more than one entry, against a server that cuts the connection of a
 * client whose replies are large: none is ever cut, since what is read is bounded in
 * bytes.
 */
@ParameterizedClass
@ValueSource(ints = { 1, 4 })
class BoundedReadTests {

	private static final int ENTRIES = 24;

	private static final int BYTES = 512 << 10;

	/** Room for a page and one more entry, or for one entry with its previous value. */
	private static final int LIMIT = 2_300_000;

	private static final Duration LONG = Duration.ofSeconds(40);

	private final int partitions;

	private TestRedis redis;

	private ChangeLogSettings settings;

	private RedisConnectionFactory factory;

	private KvTemplate template;

	private RedisChangeLogStore log;

	private StoreChangeFeed feed;

	private final List<Runnable> ends = new ArrayList<>();

	BoundedReadTests(int partitions) {
		this.partitions = partitions;
	}

	@BeforeEach
	void start() {
		this.redis = TestRedis.start();
		this.redis.execute("CONFIG", "SET", "client-output-buffer-limit", "normal " + LIMIT + " 0 0");
		this.factory = this.redis.connectionFactory(this.redis.getPort(), Duration.ofSeconds(8));
		this.settings = new ChangeLogSettings(new Namespace("bounded", this.partitions), "one", 10_000,
				Duration.ofHours(1));
		this.template = KvTemplate
			.builder(new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings), new PlainKvCodec())
			.build();
		this.log = new RedisChangeLogStore(this.factory, KeyNames.plain(), this.settings);
		this.feed = new StoreChangeFeed(this.log);
		this.feed.start();
		this.ends.add(this.feed::stop);
	}

	@AfterEach
	void stop() {
		for (int index = this.ends.size() - 1; index >= 0; index--) {
			this.ends.get(index).run();
		}
		this.redis.close();
	}

	@Test
	void listenerHandlesEverythingThatWaited() {
		write();
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		engine().register("mailer", ListenerOptions.defaults(), (event) -> handled.add(event.getKey()));

		await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(ENTRIES));
		assertNothingWasCut();
	}

	@Test
	void listenerHandlesWhatIsWrittenWhileItRunsAfterManySmallEntries() {
		IntStream.range(0, 2_000).forEach((number) -> this.template.set("small:" + number, "x"));
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		engine().register("mailer", ListenerOptions.defaults(), (event) -> handled.add(event.getKey()));
		await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(2_000));

		write();

		await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(2_000 + ENTRIES));
		assertNothingWasCut();
	}

	@Test
	void deadLettersAreListedAndRedriven() {
		write();
		Queue<String> handled = new ConcurrentLinkedQueue<>();
		boolean[] failing = { true };
		KvSubscription subscription = engine().register("mailer",
				ListenerOptions.defaults().maxAttempts(1).onExhausted(OnExhausted.DEAD_LETTER), (event) -> {
					if (failing[0]) {
						throw new IllegalStateException("on purpose");
					}
					handled.add(event.getKey());
				});
		await().atMost(LONG).untilAsserted(() -> assertThat(subscription.getDeadLetters().count()).isEqualTo(ENTRIES));
		failing[0] = false;

		assertThat(subscription.getDeadLetters().list(1_000)).hasSize(ENTRIES);
		assertThat(subscription.getDeadLetters().redriveAll(1_000)).isEqualTo(ENTRIES);

		assertThat(handled).hasSize(ENTRIES);
		assertNothingWasCut();
	}

	@Test
	void changeLogIsReadToItsEnd() {
		write();
		StoreKvChangeLog changeLog = new StoreKvChangeLog(this.log, this.feed, new PlainKvCodec());

		List<String> keys = new ArrayList<>();
		KvChangePage page = changeLog.read(ReadRequest.from(StartPosition.earliest()).limit(1_000));
		while (!page.events().isEmpty()) {
			page.events().forEach((event) -> keys.add(event.getKey()));
			page = changeLog.read(ReadRequest.from(page.next()).limit(1_000));
		}

		assertThat(keys).hasSize(ENTRIES).doesNotHaveDuplicates();
		assertNothingWasCut();
	}

	@Test
	void watchReplaysEverythingAndObservesWhatFollows() {
		write();
		KvWatches watches = watches();
		try (KvWatch watch = watches.open(WatchOptions.prefix("large:").initialReplay())) {
			assertThat(take(watch, ENTRIES)).hasSize(ENTRIES);
			write();
			assertThat(take(watch, ENTRIES)).allSatisfy((event) -> assertThat(event.getRawPreviousValue()).isNotNull());
		}
		assertNothingWasCut();
	}

	@Test
	void watchWithoutTheLogReplaysEverything() {
		write();
		HookEngine engine = HookEngine.builder().build();
		engine.start();
		KvWatches watches = new KvWatches(new RedisKvStore(this.factory, KeyNames.plain()), engine.getDispatcher(),
				new PlainKvCodec(), "one", Clock.systemUTC());
		watches.start();
		this.ends.add(engine::stop);
		this.ends.add(watches::stop);
		try (KvWatch watch = watches.open(WatchOptions.prefix("large:").initialReplay())) {
			assertThat(take(watch, ENTRIES)).hasSize(ENTRIES);
		}
		assertNothingWasCut();
	}

	@Test
	void hooksOnEveryInstanceReceiveEverything() {
		Queue<String> received = new ConcurrentLinkedQueue<>();
		EveryInstanceReader reader = new EveryInstanceReader(this.log, this.feed, new PlainKvCodec(),
				(event) -> received.add(event.getKey()), (event) -> {
				});
		reader.setNeeded(true);
		reader.start();
		this.ends.add(reader::stop);

		write();

		await().atMost(LONG).untilAsserted(() -> assertThat(received).hasSize(ENTRIES));
		assertNothingWasCut();
	}

	@Test
	void eventLogIsReadAndFollowed() {
		StoreKvEventLogs logs = new StoreKvEventLogs(
				new RedisEventLogStore(this.factory, this.settings.namespace(), null), new PlainKvCodec());
		logs.start();
		this.ends.add(logs::stop);
		KvEventLog eventLog = logs.open("sensors", EventLogOptions.defaults());
		for (int number = 0; number < ENTRIES; number++) {
			eventLog.add(Map.of("value", value(number)));
		}

		assertThat(eventLog.tail()).hasSize(ENTRIES);
		assertThat(eventLog.tail(10)).hasSize(10);
		assertThat(eventLog.tailFrom(eventLog.tail(12).get(0).getId())).hasSize(12);
		Queue<EntryId> followed = new ConcurrentLinkedQueue<>();
		try (Follow follow = eventLog
			.tailAndFollow((entries) -> entries.stream().map(LogEntry::getId).forEach(followed::add))) {
			for (int number = 0; number < ENTRIES; number++) {
				eventLog.add(Map.of("value", value(number)));
			}
			await().atMost(LONG).untilAsserted(() -> assertThat(followed).hasSize(2 * ENTRIES));
			assertThat(followed).doesNotHaveDuplicates();
			assertThat(follow.getFailures()).isZero();
		}
		assertNothingWasCut();
	}

	@Test
	void batchesReadWrittenAndDeletedWithLargeValues() {
		Map<String, Object> entries = new LinkedHashMap<>();
		for (int number = 0; number < ENTRIES; number++) {
			entries.put("large:" + number, value(number));
		}
		KvTemplate plain = KvTemplate.builder(new RedisKvStore(this.factory, KeyNames.plain()), new PlainKvCodec())
			.build();

		assertThat(this.template.batchSet(entries)).hasSize(ENTRIES).containsValue(KvSetResult.CREATED);
		entries.replaceAll((key, value) -> value(key.length()));
		assertThat(this.template.batchSet(entries).values()).hasSize(ENTRIES).doesNotContain(KvSetResult.CREATED);
		entries.replaceAll((key, value) -> value(-1));
		assertThat(plain.batchSet(entries).values()).hasSize(ENTRIES).containsOnly(KvSetResult.UPDATED);
		assertThat(this.template.batchGet(entries.keySet(), byte[].class)).hasSize(ENTRIES);
		assertThat(this.template.batchDelete(entries.keySet())).isEqualTo(ENTRIES);
		plain.batchSet(entries);
		assertThat(plain.batchDelete(entries.keySet())).isEqualTo(ENTRIES);
		assertNothingWasCut();
	}

	@Test
	void expiriesReachTheirHook() {
		Queue<KvEvent> expired = new ConcurrentLinkedQueue<>();
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		engine.start();
		this.ends.add(engine::stop);
		engine.getRegistry()
			.register(KvHookOptions.defaults().id("expired").events(io.github.kvevents.KvEventType.EXPIRED),
					expired::add);
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
		for (int number = 0; number < ENTRIES; number++) {
			tracked.set("large:" + number, value(number), Duration.ofMillis(400));
		}

		await().atMost(LONG).untilAsserted(() -> assertThat(expired).hasSize(ENTRIES));
		assertThat(expired).allSatisfy((event) -> assertThat(event.getRawPreviousValue()).hasSize(BYTES));
		assertNothingWasCut();
	}

	private void write() {
		for (int number = 0; number < ENTRIES; number++) {
			this.template.set("large:" + number, value(number + (int) System.nanoTime()));
		}
	}

	private static byte[] value(int number) {
		byte[] value = new byte[BYTES];
		Arrays.fill(value, (byte) number);
		value[0] = (byte) (number >> 8);
		return value;
	}

	private List<KvEvent> take(KvWatch watch, int count) {
		List<KvEvent> events = new ArrayList<>();
		KvEvent event = watch.poll(LONG);
		while (event != null && events.size() < count) {
			events.add(event);
			event = (events.size() < count) ? watch.poll(LONG) : null;
		}
		return events;
	}

	private KvWatches watches() {
		KvWatches watches = new KvWatches(new RedisKvStore(this.factory, KeyNames.plain(), null, this.settings),
				this.log, this.feed, new PlainKvCodec(), "one", Clock.systemUTC());
		watches.start();
		this.ends.add(watches::stop);
		return watches;
	}

	private ListenerEngine engine() {
		ListenerEngine engine = ListenerEngine
			.builder(this.log, this.feed, new RedisListenerStore(this.factory, this.settings.namespace(), null),
					new PlainKvCodec())
			.instanceId("one")
			.build();
		engine.start();
		this.ends.add(engine::stop);
		return engine;
	}

	private void assertNothingWasCut() {
		assertThat(this.redis.output()).doesNotContain("output buffer limits");
	}

}
