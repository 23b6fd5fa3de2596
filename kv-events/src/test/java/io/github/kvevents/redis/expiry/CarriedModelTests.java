package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestClock;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ExpiryTracking;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.store.StoreWrite.Condition;
import io.github.kvevents.store.WriteHeaders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random writes, with and without headers, by writers that keep the value and others that
 * don't: what expiries carry is compared with keys in memory that were written alike.
 */
@ExtendWith(TestRedisExtension.class)
class CarriedModelTests {

	private static final Namespace NAMESPACE = Namespace.of("model");

	private static final int OPERATIONS = 400;

	/** Of these, some begin as a field of headers would, or have what separates them. */
	private static final List<String> KEYS = List.of("a", "b:1", "c\n2", "\u00ffa", "d=1&e=2", "f%0A", "g");

	private final TestRedis redis;

	/** When the test began. */
	private final Instant start = Instant.now();

	/** The time since the start of the model. */
	private Duration passed = Duration.ZERO;

	private final MemoryKvStore model = new MemoryKvStore(TestClock.showing(() -> this.start.plus(this.passed)));

	/** The keys whose last write kept its value. */
	private final Set<String> kept = new HashSet<>();

	private final List<String> history = new ArrayList<>();

	/** Before the deadlines of keys, which are few. */
	private Instant earliest = this.start.plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);

	private boolean keeps;

	CarriedModelTests(TestRedis redis) {
		this.redis = redis;
	}

	@ParameterizedTest
	@CsvSource({ "1,false", "2,true" })
	void expiriesCarryWhatTheLastWriteLeft(long seed, boolean logged) {
		ChangeLogSettings log = logged ? new ChangeLogSettings(NAMESPACE, "shop:7", 100_000, Duration.ofHours(1))
				: null;
		RedisKvStore store = new RedisKvStore(this.redis.connectionFactory(), KeyNames.prefixedWith("app:"),
				new Tracking(), log);
		Random random = new Random(seed);
		for (int number = 0; number < OPERATIONS; number++) {
			apply(operation(random, number), random, number, store);
		}
		this.earliest = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
		for (String key : KEYS) {
			apply(set(new StoreWrite(key, bytes("5"), Condition.ALWAYS, null, this.earliest, false)), random,
					OPERATIONS, store);
		}
		for (int number = 1; number < 20 && Instant.now().isBefore(this.earliest.minusMillis(900)); number++) {
			apply(operation(random, number), random, OPERATIONS + number, store);
		}
		assertExpiries();
	}

	/**
	 * Applies an operation to both stores.
	 */
	private void apply(Operation operation, Random random, int number, KvStore store) {
		KvHeaders headers = (random.nextInt(3) == 0) ? headers("n\n:&=" + number) : KvHeaders.NONE;
		this.keeps = random.nextInt(3) > 0;
		List<StoreOutcome> expected = WriteHeaders.call(headers, () -> operation.run.apply(this.model));
		List<StoreOutcome> outcomes = WriteHeaders.call(headers, () -> operation.run.apply(store));
		this.history.add(number + ": " + operation.name + ", keeps " + this.keeps + ", headers " + !headers.isEmpty());
		List<String> recent = this.history.subList(Math.max(0, this.history.size() - 60), this.history.size());
		for (int index = 0; index < expected.size(); index++) {
			assertThat(outcomes.get(index).applied()).as("%s", recent).isEqualTo(expected.get(index).applied());
			if (expected.get(index).applied()) {
				note(operation.keys.get(index));
			}
		}
		assertThat(carried()).as("%s", recent).isEqualTo(expected());
	}

	private void note(String key) {
		if (this.keeps) {
			this.kept.add(key);
		}
		else {
			this.kept.remove(key);
		}
	}

	/** Few different deadlines, so that a key often gets one again that it had before. */
	private @Nullable Instant deadline(Random random) {
		int number = random.nextInt(5);
		return (number > 0) ? this.earliest.plusMillis(number) : null;
	}

	private Operation operation(Random random, int number) {
		String key = KEYS.get(random.nextInt(KEYS.size()));
		byte[] value = bytes(String.valueOf(random.nextInt(4)));
		Instant deadline = deadline(random);
		return switch (random.nextInt(12)) {
			case 0 -> new Operation("delete " + key, List.of(key), (store) -> List.of(store.delete(key)));
			case 1 -> new Operation("persist " + key, List.of(key),
					(store) -> List.of(new StoreOutcome(store.persist(key), null)));
			case 2 ->
				new Operation("expire " + key, List.of(key),
						(store) -> List.of(new StoreOutcome(
								store.expire(key, Duration.between(Instant.now(), this.earliest.plusMillis(9))),
								null)));
			case 3 -> {
				byte[] expected = bytes(String.valueOf(random.nextInt(4)));
				yield new Operation("compare " + key, List.of(key),
						(store) -> List.of(store.compareAndSet(key, expected, value)));
			}
			case 4 ->
				new Operation("create " + key, List.of(key), (store) -> List.of(store.compareAndSet(key, null, value)));
			case 5 -> set(new StoreWrite(key, value, Condition.ALWAYS, null, null, true));
			case 6 -> set(new StoreWrite(key, value, Condition.IF_PRESENT, null, deadline, false));
			case 7 -> set(new StoreWrite(key, value, Condition.IF_ABSENT, null, deadline, false));
			case 8 -> batch(random, number, value, deadline);
			case 9 -> new Operation("delete all", KEYS.subList(0, 2),
					(store) -> store
						.deleteAll(KEYS.subList(0, 2).stream().map((each) -> new StoreDelete(each, null)).toList())
						.results());
			default -> set(new StoreWrite(key, value, Condition.ALWAYS, null, deadline, false));
		};
	}

	private static Operation set(StoreWrite write) {
		return new Operation("set " + write.condition() + " " + write.key() + " until " + write.expireAt()
				+ " or former " + write.keepTimeToLive(), List.of(write.key()), (store) -> List.of(store.set(write)));
	}

	private static Operation batch(Random random, int number, byte[] value, @Nullable Instant deadline) {
		int first = random.nextInt(KEYS.size() - 3);
		List<StoreWrite> writes = new ArrayList<>();
		for (int index = 0; index < 3; index++) {
			writes.add(new StoreWrite(KEYS.get(first + index), value, Condition.ALWAYS, null, deadline, false)
				.in(new KvBatch("batch:" + number, index, 3)));
		}
		List<String> keys = writes.stream().map(StoreWrite::key).toList();
		return new Operation("set " + keys + " until " + deadline, keys, (store) -> store.setAll(writes).results());
	}

	/**
	 * What Redis has for the expiry of each tracked key; a field of any other key fails.
	 */
	private Map<String, Carried> carried() {
		return this.redis.template().execute((RedisCallback<Map<String, Carried>>) (connection) -> {
			Map<String, String> deadlines = new HashMap<>();
			connection.zSetCommands()
				.zRangeWithScores(bytes(NAMESPACE.deadlines(0)), 0, -1)
				.forEach((each) -> deadlines.put(text(each.getValue()), "%.0f".formatted(each.getScore())));
			Map<String, byte[]> fields = new HashMap<>();
			connection.hashCommands()
				.hGetAll(bytes(NAMESPACE.values(0)))
				.forEach((name, value) -> fields.put(text(name), value));
			Map<String, Carried> carried = new TreeMap<>();
			deadlines.forEach((name, deadline) -> {
				byte[] value = fields.remove(name);
				byte[] headers = fields.remove("\u00ff" + name);
				String found = (headers != null) ? text(headers) : "";
				carried.put(utf8(name.substring(4)), new Carried((value != null) ? text(value) : null,
						found.startsWith(deadline + ":") ? found.substring(deadline.length() + 1) : ""));
			});
			assertThat(fields).as("of keys without a deadline").isEmpty();
			return carried;
		});
	}

	private Map<String, Carried> expected() {
		Map<String, Carried> expected = new TreeMap<>();
		this.model.setExpiryListener((expired) -> {
			byte[] value = this.kept.contains(expired.key()) ? expired.lastValue() : null;
			expected.put(expired.key(), new Carried((value != null) ? text(value) : null, expired.headers().encoded()));
		});
		Runnable restore = this.model.save();
		this.passed = Duration.ofHours(3);
		this.model.sweep();
		this.passed = Duration.ZERO;
		restore.run();
		return expected;
	}

	/**
	 * The events of expiries have what Redis had.
	 */
	private void assertExpiries() {
		Map<String, Carried> expected = expected();
		RecordingDispatcher dispatcher = new RecordingDispatcher();
		ExpiryTracker tracker = ExpiryTracker
			.builder(this.redis.connectionFactory(), NAMESPACE, dispatcher, new PlainKvCodec())
			.names(KeyNames.prefixedWith("app:"))
			.settings(TrackingSettings.defaults().mode(TrackingMode.ALL))
			.build();
		tracker.start();
		try {
			await().until(() -> dispatcher.events().size() >= expected.size());
		}
		finally {
			tracker.stop();
		}
		Map<String, Carried> events = new TreeMap<>();
		for (KvEvent event : dispatcher.events()) {
			byte[] value = event.getRawPreviousValue();
			events.put(event.getKey(), new Carried((value != null) ? text(value) : null, encoded(event.getHeaders())));
		}
		assertThat(expected).isNotEmpty();
		assertThat(events).isEqualTo(expected);
		assertThat(carried()).isEmpty();
	}

	private static String encoded(Map<String, String> headers) {
		String number = headers.get("number");
		return (number != null) ? headers(number).encoded() : "";
	}

	@SuppressWarnings("NullAway") // the name is valid and the value is short
	private static KvHeaders headers(String number) {
		return KvHeaders.NONE.with("number", number);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** A character for each byte. */
	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static String utf8(String text) {
		return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
	}

	/**
	 * What the expiry of a key carries.
	 *
	 * @param value the last value, if it is kept
	 * @param headers the encoded headers, empty for none
	 */
	private record Carried(@Nullable String value, String headers) {
	}

	/**
	 * An operation on either store.
	 *
	 * @param keys the keys of the outcomes
	 */
	private record Operation(String name, List<String> keys, Function<KvStore, List<StoreOutcome>> run) {
	}

	/**
	 * Tracks every key.
	 */
	private final class Tracking implements ExpiryTracking {

		@Override
		public Namespace namespace() {
			return NAMESPACE;
		}

		@Override
		public String instanceId() {
			return "shop:7";
		}

		@Override
		public boolean isActive() {
			return true;
		}

		@Override
		public boolean keepsValue(String key) {
			return CarriedModelTests.this.keeps;
		}

		@Override
		public void deadlineSet(int partition, long timeToLiveMillis) {
			// nothing sweeps yet
		}

	}

}
