package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvExpirySource;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.PseudoTransactionManager;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The contract of expiries for every back end, from the template to the hook. Each test
 * ends with a key that expires after all others, so that unwanted deliveries are seen
 * too.
 */
abstract class ExpiryContractTests {

	static final String INSTANCE_ID = "instance-7";

	private static final Duration SOON = Duration.ofMillis(150);

	private static final Duration LONG = Duration.ofMinutes(9);

	private static final String LAST = "the last of the test";

	final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

	private final Queue<KvExpiredEvent> events = new ConcurrentLinkedQueue<>();

	private final Map<String, Instant> receivedAt = new ConcurrentHashMap<>();

	/** How the keys end that were written too slowly to say what becomes of them. */
	private final Set<String> tooSlow = new HashSet<>();

	@SuppressWarnings("NullAway.Init") // set up before each test
	private KvTemplate template;

	/**
	 * Creates a store whose expiries are delivered to the engine. Before the start none
	 * is detected, and none is lost.
	 */
	abstract KvStore store();

	/**
	 * Starts the detection of expired keys.
	 */
	abstract void start();

	/**
	 * Starts the delivery of expiries, but not their detection: only writes detect them.
	 * @return another way to write to the same store
	 */
	abstract KvStore startUnswept();

	abstract void stop();

	@BeforeEach
	void setUp() {
		this.engine.start();
		hook(KvHookOptions.defaults(), (event) -> {
			this.receivedAt.putIfAbsent(event.getKey(), Instant.now());
			this.events.add((KvExpiredEvent) event);
		});
		this.template = KvTemplate.builder(store(), new PlainKvCodec()).dispatcher(this.engine.getDispatcher()).build();
	}

	@AfterEach
	void tearDown() {
		stop();
		this.engine.stop();
	}

	@Test
	void isDeliveredWithAllProperties() {
		start();
		Instant moment = inMillis(130);
		this.template.set("order:ü", "last", SetOptions.defaults().expireAt(moment));
		KvExpiredEvent event = awaitEvents("order:ü").get(0);
		assertThat(event.getType()).isEqualTo(KvEventType.EXPIRED);
		assertThat(event.getChange()).isEqualTo(KvChange.REMOVED);
		assertThat(event.getDetectedBy()).isEqualTo(KvExpirySource.TRACKING);
		assertThat(event.getPreviousValue(String.class)).isEqualTo("last");
		assertThat(event.getRawValue()).isNull();
		assertThat(event.getDeadline()).isEqualTo(moment);
		assertThat(event.getOccurredAt()).isEqualTo(moment);
		assertThat(event.getLateness()).isBetween(Duration.ZERO, Duration.ofSeconds(5));
		assertThat(event.getOrigin()).isEqualTo(INSTANCE_ID);
		assertThat(event.getBatch()).isNull();
		assertThat(event.getPosition()).isNull();
	}

	@Test
	void keyWhoseDeadlineHasPassedExpiresAtOnce() {
		start();
		List<KvEvent> all = new CopyOnWriteArrayList<>();
		this.engine.getRegistry().register(KvHookOptions.defaults().filter(KeyFilter.prefix("late")), all::add);
		Instant past = inMillis(-7_000);
		this.template.set("late", "last", SetOptions.defaults().expireAt(past));
		KvExpiredEvent event = awaitEvents("late").get(0);
		assertThat(event.getDeadline()).isEqualTo(past);
		assertThat(event.getLateness()).isGreaterThanOrEqualTo(Duration.ofSeconds(7));
		assertThat(event.getPreviousValue(String.class)).isEqualTo("last");
		await().untilAsserted(() -> assertThat(all).extracting(KvEvent::getType)
			.containsExactly(KvEventType.SET, KvEventType.EXPIRED));
		assertThat(this.template.batchSet(Map.of("late:2", "v"), SetOptions.defaults().expireAt(past)))
			.containsEntry("late:2", KvSetResult.CREATED);
		assertThat(awaitEvents("late", "late:2")).extracting(KvExpiredEvent::getDeadline).containsOnly(past);
	}

	@Test
	void eachIsDeliveredOnceAndNeverEarly() {
		start();
		Map<String, Instant> deadlines = new HashMap<>();
		Instant first = inMillis(200);
		for (int number = 0; number < 400; number++) {
			Instant deadline = first.plusMillis(number / 4);
			deadlines.put("key:" + number, deadline);
			this.template.set("key:" + number, "v" + number, SetOptions.defaults().expireAt(deadline));
		}
		List<KvExpiredEvent> received = awaitEvents(deadlines.keySet().toArray(String[]::new));
		assertThat(received).allSatisfy((event) -> {
			assertThat(event.getDeadline()).isEqualTo(deadlines.get(event.getKey()));
			assertThat(event.getPreviousValue(String.class)).isEqualTo("v" + event.getKey().substring(4));
			assertThat(this.receivedAt.get(event.getKey())).isAfterOrEqualTo(deadlines.get(event.getKey()));
		});
	}

	@Test
	void keyIsAbsentWhenItsExpiryIsDelivered() {
		Map<String, Boolean> existed = new ConcurrentHashMap<>();
		hook(KvHookOptions.defaults().order(-1),
				(event) -> existed.put(event.getKey(), this.template.hasKey(event.getKey())));
		start();
		this.template.set("a", "1", Duration.ofMillis(70));
		awaitEvents("a");
		assertThat(existed).containsEntry("a", false);
	}

	@ParameterizedTest
	@EnumSource
	void lifetimeEndedOrExtendedInTimeDoesNotExpire(InTime change) {
		start();
		String key = "a" + inTime(300, (end, deadline) -> {
			this.template.set("a" + end, "1", SetOptions.defaults().expireAt(deadline));
			change.make(this.template, "a" + end);
			this.template.set("behind" + end, "1", SetOptions.defaults().expireAt(deadline.plusMillis(50)));
		});
		awaitEvents("behind" + key.substring(1));
		assertThat(this.template.hasKey(key)).isEqualTo(!change.ends);
	}

	@Test
	void newLifetimeReplacesTheOldOne() {
		start();
		AtomicReference<Instant> moment = new AtomicReference<>();
		String last = inTime(300, (end, deadline) -> {
			for (String key : List.of("set", "batch", "expire")) {
				this.template.set(key + end, "old", SetOptions.defaults().expireAt(deadline));
			}
			Instant after = deadline.plusMillis(150);
			moment.set(after);
			SetOptions later = SetOptions.defaults().expireAt(after);
			this.template.set("set" + end, "new", later);
			this.template.batchSet(Map.of("batch" + end, "new"), later);
			Duration left = Duration.between(Instant.now(), after).plusMillis(1);
			assertThat(this.template.expire("expire" + end, left)).isTrue();
		});
		List<KvExpiredEvent> received = awaitEvents("set" + last, "batch" + last, "expire" + last);
		assertThat(received).allSatisfy((event) -> {
			assertThat(event.getDeadline()).isAfterOrEqualTo(moment.get());
			assertThat(event.getPreviousValue(String.class))
				.isEqualTo(event.getKey().startsWith("expire") ? "old" : "new");
		});
	}

	@Test
	void shorterLifetimeAppliesAtOnce() {
		start();
		for (String key : List.of("set", "expire", "present", "batch")) {
			this.template.set(key, "old", LONG);
		}
		this.template.set("set", "new", SOON);
		this.template.expire("expire", SOON);
		this.template.set("present", "new", SetOptions.defaults().timeToLive(SOON).ifPresent());
		this.template.batchSet(Map.of("batch", "new"), SetOptions.defaults().timeToLive(SOON));
		this.template.set("without", "value");
		this.template.expire("without", SOON);
		awaitEvents("set", "expire", "present", "batch", "without");
	}

	@Test
	void lifetimeThatIsKeptEndsWithTheLastValue() {
		start();
		List<String> keys = List.of("keep", "compare", "update", "refused", "absent");
		AtomicReference<Instant> moment = new AtomicReference<>();
		String last = inTime(400, (end, deadline) -> {
			moment.set(deadline);
			for (String key : keys) {
				this.template.set(key + end, "old", SetOptions.defaults().expireAt(deadline));
			}
			this.template.set("keep" + end, "new", SetOptions.defaults().keepTimeToLive());
			assertThat(this.template.compareAndSet("compare" + end, "old", "new")).isTrue();
			this.template.update("update" + end, String.class, (value) -> "new");
			assertThat(this.template.compareAndSet("refused" + end, "other", "new")).isFalse();
			assertThat(this.template.set("absent" + end, "new", SetOptions.defaults().ifAbsent()))
				.isEqualTo(KvSetResult.NOT_APPLIED);
		});
		List<KvExpiredEvent> received = awaitEvents(keys.stream().map((key) -> key + last).toArray(String[]::new));
		assertThat(received).allSatisfy((event) -> {
			boolean changed = Stream.of("keep", "compare", "update").anyMatch(event.getKey()::startsWith);
			assertThat(event.getPreviousValue(String.class)).isEqualTo(changed ? "new" : "old");
			assertThat(event.getDeadline()).isEqualTo(moment.get());
		});
	}

	@ParameterizedTest
	@EnumSource
	void undetectedExpiryIsDeliveredOnceWhateverFollows(Behind change) {
		this.template.set("a", "old", Duration.ofMillis(1));
		await().until(() -> !this.template.hasKey("a"));
		assertThat(change.make(this.template, "a")).as("found the key").isFalse();
		start();
		KvExpiredEvent event = awaitEvents("a").get(0);
		assertThat(event.getPreviousValue(String.class)).isEqualTo("old");
		assertThat(this.template.get("a", String.class).isPresent()).isEqualTo(change.writes);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void expiryThatAWriteDetectsIsDeliveredBeforeTheWrite(boolean async) {
		Queue<KvEvent> both = new ConcurrentLinkedQueue<>();
		KvHookOptions options = KvHookOptions.defaults().filter(KeyFilter.prefix("k:"));
		this.engine.getRegistry().register(async ? options.async() : options, both::add);
		KvTemplate other = KvTemplate.builder(startUnswept(), new PlainKvCodec()).build();
		for (Behind change : Behind.values()) {
			if (!change.writes) {
				continue;
			}
			String key = "k:" + change;
			other.set(key, "old", Duration.ofMillis(1));
			await().until(() -> !this.template.hasKey(key));
			change.make(this.template, key);
			await().until(() -> typesOf(both, key).size() >= 2);
			assertThat(typesOf(both, key)).as(key).startsWith(KvEventType.EXPIRED).hasSize(2);
		}
	}

	/**
	 * A hook that runs on the thread that writes does so within its transaction, and what
	 * it did there is undone with it.
	 */
	@Test
	void expiryThatAWriteDetectsSurvivesARollbackOfItsTransaction() {
		List<String> received = new CopyOnWriteArrayList<>();
		KvHookCallback note = (event) -> received
			.add(event.getKey() + " " + TransactionSynchronizationManager.isActualTransactionActive());
		hook(KvHookOptions.defaults().id("sync"), note);
		Queue<KvEvent> queued = new ConcurrentLinkedQueue<>();
		hook(KvHookOptions.defaults().id("async").async(), queued::add);
		KvTemplate other = KvTemplate.builder(startUnswept(), new PlainKvCodec()).build();
		TransactionTemplate transaction = new TransactionTemplate(new PseudoTransactionManager());
		for (String key : List.of("rolled back", "committed")) {
			other.set(key, "old", Duration.ofMillis(1));
			await().until(() -> !this.template.hasKey(key));
			transaction.executeWithoutResult((status) -> {
				this.template.set(key, "new");
				assertThat(received).endsWith(key + " true");
				if (key.equals("rolled back")) {
					status.setRollbackOnly();
				}
			});
			await().untilAsserted(() -> assertThat(received).contains("rolled back false"));
		}
		await().untilAsserted(() -> assertThat(queued).hasSize(2));
		assertThat(received).containsExactly("rolled back true", "rolled back false", "committed true");
		assertThat(queued).extracting(KvEvent::getKey).containsExactly("rolled back", "committed");
	}

	private static List<KvEventType> typesOf(Queue<KvEvent> events, String key) {
		return events.stream().filter((event) -> event.getKey().equals(key)).map(KvEvent::getType).toList();
	}

	@Test
	void eachLifetimeOfAKeyIsDelivered() {
		start();
		for (int life = 1; life <= 5; life++) {
			this.template.set("a", "life " + life, Duration.ofMillis(1 + life % 2));
			await().until(() -> !this.template.hasKey("a"));
		}
		List<KvExpiredEvent> received = awaitEvents("a", "a", "a", "a", "a");
		assertThat(received).extracting((event) -> event.getPreviousValue(String.class))
			.containsExactlyInAnyOrder("life 1", "life 2", "life 3", "life 4", "life 5");
	}

	@Test
	void lifetimesOfAKeyAreDispatchedInOrderAndOneAtATime() {
		AtomicInteger running = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		hook(KvHookOptions.defaults().filter(KeyFilter.prefix("life")), (event) -> {
			if (running.incrementAndGet() > 1) {
				overlaps.incrementAndGet();
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			running.decrementAndGet();
		});
		start();
		String[] lives = new String[200];
		Arrays.fill(lives, "life");
		for (int life = 0; life < lives.length; life++) {
			this.template.set("life", String.valueOf(life), Duration.ofMillis(1));
			while (this.template.hasKey("life")) {
				Thread.onSpinWait();
			}
		}
		assertThat(awaitEvents(lives)).extracting((event) -> event.getPreviousValue(String.class))
			.containsExactly(IntStream.range(0, lives.length).mapToObj(String::valueOf).toArray(String[]::new));
		assertThat(overlaps).hasValue(0);
	}

	@Test
	void hookMayWriteTheKey() {
		hook(KvHookOptions.defaults().filter(KeyFilter.prefix("again")), (event) -> {
			int lives = Integer.parseInt(String.valueOf(event.getPreviousValue(String.class)));
			if (lives > 1) {
				this.template.set(event.getKey(), String.valueOf(lives - 1), Duration.ofMillis(5));
			}
		});
		start();
		this.template.set("again", "3", Duration.ofMillis(5));
		await().until(() -> this.events.size() == 3);
		assertThat(awaitEvents("again", "again", "again")).extracting((event) -> event.getPreviousValue(String.class))
			.containsExactly("3", "2", "1");
	}

	@Test
	void hookThatThrowsNeitherStopsOthersNorCausesARedelivery() {
		hook(KvHookOptions.defaults().order(-5), (event) -> {
			throw new IllegalStateException("from the test");
		});
		start();
		this.template.set("a", "1", Duration.ofMillis(30));
		awaitEvents("a");
	}

	@Test
	void asynchronousHookReceivesOnlySelectedKeys() {
		Queue<String> heard = new ConcurrentLinkedQueue<>();
		hook(KvHookOptions.defaults().async().filter(KeyFilter.prefix("order:")), (event) -> heard.add(event.getKey()));
		start();
		IntStream.range(0, 50).forEach((number) -> {
			this.template.set("order:" + number, "v", SOON);
			this.template.set("invoice:" + number, "v", SOON);
		});
		awaitEvents(Stream.of("order:", "invoice:")
			.flatMap((prefix) -> IntStream.range(0, 50).mapToObj((number) -> prefix + number))
			.toArray(String[]::new));
		await().until(() -> heard.size() >= 50);
		assertThat(heard).hasSize(50).doesNotHaveDuplicates().allMatch((key) -> key.startsWith("order:"));
	}

	@Test
	void batchIsTrackedKeyByKey() {
		start();
		String last = inTime(900, (end, deadline) -> {
			Map<String, String> entries = new HashMap<>();
			IntStream.range(0, 700).forEach((number) -> entries.put("b" + number + end, "v" + number + end));
			this.template.batchSet(entries, SetOptions.defaults().expireAt(deadline));
			List<String> deleted = IntStream.range(0, 100).mapToObj((number) -> "b" + number + end).toList();
			assertThat(this.template.batchDelete(deleted)).isEqualTo(100);
		});
		assertThat(
				awaitEvents(IntStream.range(100, 700).mapToObj((number) -> "b" + number + last).toArray(String[]::new)))
			.allSatisfy((event) -> assertThat(event.getPreviousValue(String.class))
				.isEqualTo("v" + event.getKey().substring(1)));
	}

	/**
	 * Waits for expiries of the given keys, and for a final one.
	 * @return the events without the final one
	 */
	private List<KvExpiredEvent> awaitEvents(String... keys) {
		await().atMost(Duration.ofSeconds(30)).until(() -> received().size() >= keys.length);
		this.template.set(LAST, "x", Duration.ofMillis(80));
		await().atMost(Duration.ofSeconds(30)).until(() -> this.receivedAt.containsKey(LAST));
		List<KvExpiredEvent> received = received();
		assertThat(received).extracting(KvExpiredEvent::getKey).containsExactlyInAnyOrder(keys);
		return received;
	}

	private List<KvExpiredEvent> received() {
		return this.events.stream()
			.filter((event) -> !event.getKey().equals(LAST)
					&& this.tooSlow.stream().noneMatch(event.getKey()::endsWith))
			.toList();
	}

	/**
	 * Writes before a deadline. What a busy machine may have written behind it says
	 * nothing: that is done again, with other keys and more time.
	 * @param millis how long the deadline is away at first
	 * @return how the keys end that were written in time
	 */
	private String inTime(long millis, Writes writes) {
		String end = ":" + millis;
		Instant deadline = inMillis(millis);
		Throwable failure = catchThrowable(() -> writes.make(end, deadline));
		if (Instant.now().isBefore(deadline)) {
			assertThat(failure).isNull();
			return end;
		}
		assertThat(millis).as("no write is so slow").isLessThan(30_000);
		this.tooSlow.add(end);
		return inTime(2 * millis, writes);
	}

	private void hook(KvHookOptions options, KvHookCallback callback) {
		this.engine.getRegistry().register(options.events(KvEventType.EXPIRED), callback);
	}

	private static Instant inMillis(long millis) {
		return Instant.now().plusMillis(millis).truncatedTo(ChronoUnit.MILLIS);
	}

	/**
	 * What is to be done before a deadline, to keys with a certain end.
	 */
	private interface Writes {

		void make(String end, Instant deadline);

	}

	/**
	 * An operation on a key that has a time to live.
	 */
	enum InTime {

		OVERWRITE(false) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.set(key, "new")).isEqualTo(KvSetResult.UPDATED);
			}

		},

		BATCH(false) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.batchSet(Map.of(key, "new"))).containsEntry(key, KvSetResult.UPDATED);
			}

		},

		RENEW(false) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.set(key, "1", LONG)).isEqualTo(KvSetResult.UNCHANGED);
			}

		},

		EXTEND(false) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.expire(key, LONG)).isTrue();
			}

		},

		PERSIST(false) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.persist(key)).isTrue();
			}

		},

		DELETE(true) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.delete(key)).isTrue();
			}

		},

		BATCH_DELETE(true) {

			@Override
			void make(KvTemplate template, String key) {
				assertThat(template.batchDelete(List.of(key, "absent"))).isOne();
			}

		},

		UPDATE_TO_NOTHING(true) {

			@Override
			void make(KvTemplate template, String key) {
				template.update(key, String.class, (value) -> null);
			}

		};

		private final boolean ends;

		InTime(boolean ends) {
			this.ends = ends;
		}

		abstract void make(KvTemplate template, String key);

	}

	/**
	 * An operation on a key whose deadline has passed.
	 */
	enum Behind {

		SET(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new", LONG) != KvSetResult.CREATED;
			}

		},

		SET_FOR_EVER(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new") != KvSetResult.CREATED;
			}

		},

		SET_AT_MOMENT(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new",
						SetOptions.defaults().expireAt(Instant.now().plus(LONG))) != KvSetResult.CREATED;
			}

		},

		SET_IF_ABSENT(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new",
						SetOptions.defaults().ifAbsent().timeToLive(LONG)) != KvSetResult.CREATED;
			}

		},

		SET_IF_PRESENT(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new",
						SetOptions.defaults().ifPresent().timeToLive(LONG)) != KvSetResult.NOT_APPLIED;
			}

		},

		KEEP(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.set(key, "new", SetOptions.defaults().keepTimeToLive()) != KvSetResult.CREATED;
			}

		},

		BATCH_SET(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.batchSet(Map.of(key, "new")).get(key) != KvSetResult.CREATED;
			}

		},

		UPDATE(true) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.update(key, String.class, (value) -> "new") != KvSetResult.CREATED;
			}

		},

		COMPARE(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.compareAndSet(key, "old", "new");
			}

		},

		DELETE(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.delete(key);
			}

		},

		BATCH_DELETE(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.batchDelete(List.of(key)) > 0;
			}

		},

		EXPIRE(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.expire(key, LONG);
			}

		},

		PERSIST(false) {

			@Override
			boolean make(KvTemplate template, String key) {
				return template.persist(key);
			}

		};

		private final boolean writes;

		Behind(boolean writes) {
			this.writes = writes;
		}

		/**
		 * Makes the change.
		 * @return whether it found the key
		 */
		abstract boolean make(KvTemplate template, String key);

	}

}
