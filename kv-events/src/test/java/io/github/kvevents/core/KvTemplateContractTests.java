package io.github.kvevents.core;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvCodecException;
import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvSetEvent;
import io.github.kvevents.KvVetoException;
import io.github.kvevents.hook.GuardChain;
import io.github.kvevents.store.KvStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What {@link KvTemplate} promises, whatever the back end.
 */
abstract class KvTemplateContractTests {

	private final Instant now = Instant.now();

	private static final String ORIGIN = "instance-7";

	private final RecordingDispatcher dispatcher = new RecordingDispatcher();

	private KvStore store;

	private KvTemplate template;

	abstract KvStore createStore();

	@BeforeEach
	void createTemplate() {
		this.store = createStore();
		this.template = template((type, key, value) -> {
		});
	}

	private KvTemplate template(GuardChain guards) {
		return KvTemplate.builder(this.store, new JsonKvCodec(JsonMapper.builder().build()))
			.dispatcher(this.dispatcher)
			.guards(guards)
			.origin(ORIGIN)
			.clock(Clock.fixed(this.now, ZoneOffset.UTC))
			.build();
	}

	@Test
	void setTellsCreatedUpdatedAndUnchanged() {
		assertThat(this.template.set("item:1", new Item("tea", 3))).isEqualTo(KvSetResult.CREATED);
		assertThat(this.template.set("item:1", new Item("tea", 4))).isEqualTo(KvSetResult.UPDATED);
		assertThat(this.template.set("item:1", new Item("tea", 4))).isEqualTo(KvSetResult.UNCHANGED);
		assertThat(changes()).containsExactly(KvChange.CREATED, KvChange.UPDATED, KvChange.UNCHANGED);
		KvEvent updated = this.dispatcher.events.get(1);
		assertThat(updated).isInstanceOf(KvSetEvent.class);
		assertThat(updated.getType()).isEqualTo(KvEventType.SET);
		assertThat(updated.getKey()).isEqualTo("item:1");
		assertThat(updated.getPreviousValue(Item.class)).isEqualTo(new Item("tea", 3));
		assertThat(updated.getValue(Item.class)).isEqualTo(new Item("tea", 4));
		assertThat(updated.getOccurredAt()).isEqualTo(this.now);
		assertThat(updated.getTimestamp()).isEqualTo(this.now.toEpochMilli());
		assertThat(updated.getOrigin()).isEqualTo(ORIGIN);
		assertThat(updated.getSource()).isSameAs(this.template);
		assertThat(updated.getPosition()).isNull();
		assertThat(updated.getBatch()).isNull();
	}

	@Test
	void eventsHandOutCopies() {
		this.template.setRaw("raw", new byte[] { 1, 2 });
		byte[] handedOut = this.dispatcher.last().getRawValue();
		assertThat(handedOut).isNotNull();
		handedOut[0] = 9;
		assertThat(this.dispatcher.last().getRawValue()).containsExactly(1, 2);
		byte[] read = this.template.getRaw("raw").orElseThrow();
		read[0] = 9;
		assertThat(this.template.getRaw("raw").orElseThrow()).containsExactly(1, 2);
	}

	@Test
	void setRawCopiesTheBytesAndHasItsOwnType() {
		byte[] value = { 5, 6 };
		assertThat(this.template.setRaw("raw", value)).isEqualTo(KvSetResult.CREATED);
		value[0] = 0;
		assertThat(this.template.getRaw("raw").orElseThrow()).containsExactly(5, 6);
		assertThat(this.dispatcher.last().getRawValue()).containsExactly(5, 6);
		assertThat(this.dispatcher.last().getType()).isEqualTo(KvEventType.SET_RAW);
		assertThat(this.template.setRaw("raw", new byte[] { 7 }, SetOptions.defaults().ifAbsent()))
			.isEqualTo(KvSetResult.NOT_APPLIED);
		assertThat(this.dispatcher.events).hasSize(1);
	}

	@Test
	void aTextIsWhatOtherClientsWouldStore() {
		this.template.set("text", "späße");
		assertThat(this.store.get("text")).isEqualTo("späße".getBytes(StandardCharsets.UTF_8));
		assertThat(this.template.get("text", String.class)).contains("späße");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "12345678901", "ünïcödé", "\u20ac\u20ac\u20ac\u20ac", "\ud83d\ude00\ud83d\ude00\ud83d\ude00" })
	void keyAboveTheLimitIsRefusedByEachOperationBeforeAnythingIsSent(String tooLong) {
		KvTemplate limited = limited();
		int length = tooLong.getBytes(StandardCharsets.UTF_8).length;
		this.store.set(SetOptions.defaults().toWrite(tooLong, new byte[] { 1 }));
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> limited.set(tooLong, "v"),
				() -> limited.setRaw(tooLong, new byte[1]), () -> limited.get(tooLong, String.class),
				() -> limited.delete(tooLong), () -> limited.hasKey(tooLong), () -> limited.getTimeToLive(tooLong),
				() -> limited.expire(tooLong, Duration.ofSeconds(7)), () -> limited.persist(tooLong),
				() -> limited.batchSet(Map.of("a", "1", tooLong, "2")),
				() -> limited.batchGet(List.of("a", tooLong), String.class),
				() -> limited.batchDelete(List.of("a", tooLong)), () -> limited.compareAndSet(tooLong, "a", "b"),
				() -> limited.update(tooLong, String.class, (value) -> "b"),
				() -> limited.collection(tooLong, String.class))) {
			assertThatIllegalArgumentException().isThrownBy(call)
				.withMessage("'key' must have at most 10 bytes ('kv.events.limits.max-key-length') but has %d: '%s'",
						length, tooLong);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> limited.keys(tooLong))
			.withMessageStartingWith("'prefix' must have at most 10 bytes");
		assertThatIllegalArgumentException().isThrownBy(() -> limited.collection("c", String.class).set(tooLong, "v"))
			.withMessageStartingWith("'key' must have at most 10 bytes");
		assertThat(this.dispatcher.events).isEmpty();
		assertThat(this.template.keys("")).containsExactly(tooLong);
		assertThat(this.template.getRaw(tooLong)).contains(new byte[] { 1 });
		assertThat(this.template.getTimeToLive(tooLong)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "1234567890", "\u20ac\u20ac\u20ac1", "\ud83d\ude00\ud83d\ude00ü" })
	void keyOfJustTheLimitIsAccepted(String key) {
		KvTemplate limited = limited();
		assertThat(limited.set(key, "v")).isEqualTo(KvSetResult.CREATED);
		assertThat(limited.keys(key)).containsExactly(key);
		assertThat(limited.delete(key)).isTrue();
	}

	@Test
	void valueAboveTheLimitIsRefusedByEachWriteBeforeAnythingIsSent() {
		KvTemplate limited = limited();
		this.template.set("old", "larger than the limit");
		this.dispatcher.events.clear();
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> limited.set("k", "123456€"),
				() -> limited.set("k", "123456789", Duration.ofSeconds(7)), () -> limited.setRaw("k", new byte[9]),
				() -> limited.set("k", "123456789", new ParameterizedTypeReference<String>() {
				}, SetOptions.defaults()), () -> limited.batchSet(Map.of("a", "1", "k", "123456789")),
				() -> limited.compareAndSet("k", "a", "123456789"),
				() -> limited.update("k", String.class, (value) -> "123456789"))) {
			assertThatIllegalArgumentException().isThrownBy(call)
				.withMessage(
						"'value' must have at most 8 bytes ('kv.events.limits.max-value-size') but has 9, for key 'k'");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> limited.compareAndSet("k", "123456789", "a"))
			.withMessageStartingWith("'expected' must have at most 8 bytes");
		assertThat(this.dispatcher.events).isEmpty();
		assertThat(this.template.keys("")).containsExactly("old");
		assertThat(limited.get("old", String.class)).contains("larger than the limit");
		assertThat(limited.set("old", "12345678")).isEqualTo(KvSetResult.UPDATED);
	}

	private KvTemplate limited() {
		return KvTemplate.builder(this.store, new JsonKvCodec(JsonMapper.builder().build()))
			.dispatcher(this.dispatcher)
			.maxKeyLength(10)
			.maxValueSize(8)
			.build();
	}

	@Test
	void conditionsThatDoNotHoldWriteAndPublishNothing() {
		assertThat(this.template.set("k", "a", SetOptions.defaults().ifPresent())).isEqualTo(KvSetResult.NOT_APPLIED);
		assertThat(this.template.hasKey("k")).isFalse();
		assertThat(this.dispatcher.events).isEmpty();
		assertThat(this.template.set("k", "a", SetOptions.defaults().ifAbsent())).isEqualTo(KvSetResult.CREATED);
		assertThat(this.template.set("k", "b", SetOptions.defaults().ifAbsent())).isEqualTo(KvSetResult.NOT_APPLIED);
		assertThat(this.template.get("k", String.class)).contains("a");
		assertThat(this.dispatcher.events).hasSize(1);
		assertThat(this.template.set("k", "b", SetOptions.defaults().ifPresent())).isEqualTo(KvSetResult.UPDATED);
		assertThat(this.template.get("k", String.class)).contains("b");
	}

	@Test
	void timesToLive() {
		this.template.set("k", "a", Duration.ofMillis(70_500));
		assertThat(this.template.getTimeToLive("k").orElseThrow()).isBetween(Duration.ofMinutes(1),
				Duration.ofMillis(70_500));
		this.template.set("k", "b", SetOptions.defaults().keepTimeToLive());
		assertThat(this.template.getTimeToLive("k")).isPresent();
		assertThat(this.template.expire("k", Duration.ofSeconds(1000))).isTrue();
		assertThat(this.template.getTimeToLive("k").orElseThrow()).isGreaterThan(Duration.ofMinutes(15));
		assertThat(this.template.persist("k")).isTrue();
		assertThat(this.template.persist("k")).isFalse();
		assertThat(this.template.getTimeToLive("k")).isEmpty();
		this.template.set("k", "c", SetOptions.defaults().expireAt(Instant.now().plusSeconds(500)));
		assertThat(this.template.getTimeToLive("k").orElseThrow()).isBetween(Duration.ofSeconds(400),
				Duration.ofSeconds(501));
		this.template.set("k", "d");
		assertThat(this.template.getTimeToLive("k")).isEmpty();
		assertThat(this.template.getTimeToLive("absent")).isEmpty();
		assertThat(this.template.expire("absent", Duration.ofSeconds(1))).isFalse();
		assertThat(this.template.persist("absent")).isFalse();
		assertThat(this.dispatcher.events).hasSize(4);
	}

	@Test
	void deletePublishesTheLastValueOnce() {
		this.template.set("k", new Item("tea", 3));
		assertThat(this.template.delete("k")).isTrue();
		assertThat(this.template.delete("k")).isFalse();
		assertThat(this.dispatcher.events).hasSize(2);
		assertThat(this.dispatcher.last()).isInstanceOf(KvDeleteEvent.class);
		assertThat(this.dispatcher.last().getChange()).isEqualTo(KvChange.REMOVED);
		assertThat(this.dispatcher.last().getRawValue()).isNull();
		assertThat(this.dispatcher.last().getPreviousValue(Item.class)).isEqualTo(new Item("tea", 3));
		assertThat(this.template.get("k", Item.class)).isEmpty();
		assertThat(this.template.hasKey("k")).isFalse();
	}

	@Test
	void keysTakesGlobCharactersLiterally() {
		for (String key : List.of("a*b:1", "aXb:1", "a?b:1", "a[x]b:1", "axb:1", "a\\b:1", "a^b:1")) {
			this.template.set(key, "v");
		}
		assertThat(keys("a*b:")).containsExactly("a*b:1");
		assertThat(keys("a?b:")).containsExactly("a?b:1");
		assertThat(keys("a[x]b:")).containsExactly("a[x]b:1");
		assertThat(keys("a\\b:")).containsExactly("a\\b:1");
		assertThat(keys("a^")).containsExactly("a^b:1");
		assertThat(keys("")).hasSize(7);
		assertThat(keys("b")).isEmpty();
	}

	@Test
	void batchSetPublishesEachKeyInTheCallersOrder() {
		this.template.set("k3", "old");
		this.dispatcher.events.clear();
		Map<String, Object> entries = new LinkedHashMap<>();
		for (String key : List.of("k9", "k3", "k1")) {
			entries.put(key, "new");
		}
		Map<String, KvSetResult> results = this.template.batchSet(entries, SetOptions.defaults().ifPresent());
		assertThat(results).containsExactly(Map.entry("k9", KvSetResult.NOT_APPLIED),
				Map.entry("k3", KvSetResult.UPDATED), Map.entry("k1", KvSetResult.NOT_APPLIED));
		assertThat(this.dispatcher.events).hasSize(1);
		this.template.batchSet(entries);
		List<KvEvent> events = this.dispatcher.events.subList(1, 4);
		assertThat(events).extracting(KvEvent::getKey).containsExactly("k9", "k3", "k1");
		assertThat(events).extracting(KvEvent::getType).containsOnly(KvEventType.BATCH_SET);
		assertThat(events).extracting(KvEvent::getChange)
			.containsExactly(KvChange.CREATED, KvChange.UNCHANGED, KvChange.CREATED);
		assertThat(events.stream().map(KvEvent::getBatch).map(KvBatch::index)).containsExactly(0, 1, 2);
		assertThat(events.stream().map(KvEvent::getBatch).map(KvBatch::size)).containsOnly(3);
		assertThat(events.stream().map(KvEvent::getBatch).map(KvBatch::id).distinct()).hasSize(1);
	}

	@Test
	void batchesLargerThanAChunk() {
		Map<String, Integer> entries = new LinkedHashMap<>();
		IntStream.range(0, 2 * BatchChanges.CHUNK + 3).forEach((i) -> entries.put("n:" + i, i));
		Map<String, KvSetResult> results = this.template.batchSet(entries,
				SetOptions.defaults().timeToLive(Duration.ofSeconds(77)));
		assertThat(results.keySet()).containsExactlyElementsOf(entries.keySet());
		assertThat(results.values()).containsOnly(KvSetResult.CREATED);
		assertThat(this.dispatcher.events).extracting(KvEvent::getKey).containsExactlyElementsOf(entries.keySet());
		assertThat(this.dispatcher.events.stream().map(KvEvent::getBatch).map(KvBatch::id).distinct()).hasSize(1);
		assertThat(this.dispatcher.calls).hasSize(3);
		assertThat(this.template.getTimeToLive("n:514").orElseThrow()).isGreaterThan(Duration.ofMinutes(1));
		assertThat(this.template.batchGet(entries.keySet(), Integer.class)).isEqualTo(entries);
		List<String> keys = new ArrayList<>(entries.keySet());
		keys.add("absent");
		keys.add("n:0");
		assertThat(this.template.batchDelete(keys)).isEqualTo(entries.size());
		assertThat(keys("n:")).isEmpty();
		List<KvEvent> deletions = this.dispatcher.events.subList(entries.size(), this.dispatcher.events.size());
		assertThat(deletions).extracting(KvEvent::getKey).containsExactlyElementsOf(entries.keySet());
		assertThat(deletions).allSatisfy((event) -> assertThat(event.getPreviousValue(Integer.class))
			.isEqualTo(Integer.valueOf(event.getKey().substring(2))));
		assertThat(deletions).extracting(KvEvent::getType).containsOnly(KvEventType.BATCH_DELETE);
	}

	@Test
	void batchGetLeavesAbsentKeysOut() {
		this.template.set("b", "2");
		this.template.set("a", "1");
		assertThat(this.template.batchGet(List.of("b", "absent", "a"), String.class))
			.containsExactly(Map.entry("b", "2"), Map.entry("a", "1"));
	}

	@Test
	void emptyBatchesSendNothing() {
		assertThat(this.template.batchSet(Map.of())).isEmpty();
		assertThat(this.template.batchGet(List.of(), String.class)).isEmpty();
		assertThat(this.template.batchDelete(List.of())).isZero();
		assertThat(this.dispatcher.calls).isEmpty();
	}

	@Test
	void compareAndSetWritesOnlyOverWhatWasExpected() {
		this.template.set("k", new Item("tea", 3), Duration.ofMinutes(15));
		assertThat(this.template.compareAndSet("k", new Item("tea", 2), new Item("tea", 9))).isFalse();
		assertThat(this.template.compareAndSet("absent", "a", "b")).isFalse();
		assertThat(this.dispatcher.events).hasSize(1);
		assertThat(this.template.compareAndSet("k", new Item("tea", 3), new Item("tea", 9))).isTrue();
		assertThat(this.template.get("k", Item.class)).contains(new Item("tea", 9));
		assertThat(this.template.getTimeToLive("k")).isPresent();
		assertThat(this.dispatcher.last().getPreviousValue(Item.class)).isEqualTo(new Item("tea", 3));
		assertThat(this.dispatcher.last().getChange()).isEqualTo(KvChange.UPDATED);
		assertThat(this.template.hasKey("absent")).isFalse();
	}

	@Test
	void updateCreatesChangesAndDeletes() {
		assertThat(this.template.update("k", Item.class, (item) -> {
			assertThat(item).isNull();
			return new Item("tea", 1);
		})).isEqualTo(KvSetResult.CREATED);
		this.template.expire("k", Duration.ofMinutes(15));
		assertThat(this.template.update("k", Item.class, KvTemplateContractTests::oneMore))
			.isEqualTo(KvSetResult.UPDATED);
		assertThat(this.template.get("k", Item.class)).contains(new Item("tea", 2));
		assertThat(this.template.getTimeToLive("k")).isPresent();
		assertThat(this.template.update("k", Item.class, (item) -> item)).isEqualTo(KvSetResult.UNCHANGED);
		assertThat(this.template.update("k", Item.class, (item) -> null)).isEqualTo(KvSetResult.UPDATED);
		assertThat(this.template.hasKey("k")).isFalse();
		assertThat(this.template.update("k", Item.class, (item) -> null)).isEqualTo(KvSetResult.NOT_APPLIED);
		assertThat(changes()).containsExactly(KvChange.CREATED, KvChange.UPDATED, KvChange.UNCHANGED, KvChange.REMOVED);
		assertThat(this.dispatcher.last().getType()).isEqualTo(KvEventType.DELETE);
	}

	@Test
	void updatesThatRaceAreAllApplied() throws Exception {
		int writers = 8;
		int rounds = 25;
		ExecutorService executor = Executors.newFixedThreadPool(writers);
		try {
			CyclicBarrier start = new CyclicBarrier(writers);
			Callable<@Nullable Void> writer = () -> {
				start.await();
				for (int round = 0; round < rounds; round++) {
					this.template.update("n", Integer.class, (n) -> (n != null) ? n + 1 : 1);
				}
				return null;
			};
			List<Future<@Nullable Void>> futures = new ArrayList<>();
			for (int i = 0; i < writers; i++) {
				futures.add(executor.submit(writer));
			}
			for (Future<@Nullable Void> future : futures) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(this.template.get("n", Integer.class)).contains(writers * rounds);
		assertThat(this.dispatcher.events).hasSize(writers * rounds);
	}

	@Test
	void collectionIsAViewOfItsKeys() {
		KvCollection<Item> items = this.template.collection("items", Item.class);
		Map<String, Item> expected = new HashMap<>();
		for (int i = 0; i < 600; i++) {
			items.set("id" + i, new Item("tea", i));
			expected.put("id" + i, new Item("tea", i));
		}
		this.template.set("items:", "nobody's");
		this.template.set("itemsX:1", "another collection's");
		assertThat(items.count()).isEqualTo(600);
		try (Stream<String> ids = items.keys()) {
			assertThat(ids).containsExactlyInAnyOrderElementsOf(expected.keySet());
		}
		try (Stream<Item> values = items.values()) {
			assertThat(values.collect(Collectors.toSet())).isEqualTo(Set.copyOf(expected.values()));
		}
		assertThat(items.all()).isEqualTo(expected);
		assertThat(items.get("id5")).contains(new Item("tea", 5));
		assertThat(items.delete("id5")).contains(new Item("tea", 5));
		assertThat(items.delete("id5")).isEmpty();
		assertThat(items.update("id6", KvTemplateContractTests::oneMore)).isEqualTo(KvSetResult.UPDATED);
		assertThat(this.template.get("items:id6", Item.class)).contains(new Item("tea", 7));
		assertThat(items.set("id7", new Item("x", 1), SetOptions.defaults().ifAbsent()))
			.isEqualTo(KvSetResult.NOT_APPLIED);
		assertThatIllegalArgumentException().isThrownBy(() -> items.get("")).withMessageContaining("'id'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.collection(" ", Item.class))
			.withMessage("'name' must not be empty but was ' '");
	}

	@Test
	void elementsOfADeclaredTypeKeepTheirTypeIds() {
		ParameterizedTypeReference<List<Shape>> type = new ParameterizedTypeReference<>() {
		};
		List<Shape> shapes = List.of(new Circle(3), new Square(4));
		assertThat(this.template.set("shapes", shapes, type, SetOptions.defaults().ifAbsent()))
			.isEqualTo(KvSetResult.CREATED);
		assertThat(this.template.get("shapes", type)).contains(shapes);
		assertThat(this.dispatcher.last().getValue(type)).isEqualTo(shapes);
		KvCollection<List<Shape>> drawings = this.template.collection("drawings", type);
		drawings.set("a", shapes);
		drawings.set("b", List.of(new Circle(1)));
		assertThat(drawings.get("a")).contains(shapes);
		assertThat(drawings.all()).isEqualTo(Map.of("a", shapes, "b", List.of(new Circle(1))));
		drawings.update("a", (present) -> List.of(new Square(9)));
		assertThat(drawings.get("a")).contains(List.of(new Square(9)));
		assertThat(this.dispatcher.last().getPreviousValue(type)).isEqualTo(shapes);
		assertThat(drawings.delete("a")).contains(List.of(new Square(9)));
	}

	@Test
	void valueThatIsWrittenAsNullIsRefused() {
		for (Object empty : List.of(Optional.empty(), new AtomicReference<>(), NullNode.getInstance())) {
			assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> this.template.set("k", empty))
				.withMessageContaining("The value for key 'k' of type '" + empty.getClass().getName())
				.withStackTraceContaining("delete the key");
		}
		ParameterizedTypeReference<Optional<String>> type = new ParameterizedTypeReference<>() {
		};
		assertThatExceptionOfType(KvCodecException.class)
			.isThrownBy(() -> this.template.set("k", Optional.empty(), type, SetOptions.defaults()));
		assertThat(this.template.hasKey("k")).isFalse();
		this.template.set("k", Optional.of("v"), type, SetOptions.defaults());
		assertThat(this.template.get("k", type)).contains(Optional.of("v"));
	}

	@Test
	void keyWhoseMomentHasPassedIsWrittenAndGone() {
		this.template.set("k", "present");
		for (Instant past : List.of(this.now.minusMillis(1), Instant.EPOCH, Instant.MIN)) {
			SetOptions options = SetOptions.defaults().expireAt(past);
			this.template.set("k", "v", options);
			assertThat(this.dispatcher.last().getType()).isEqualTo(KvEventType.SET);
			assertThat(this.dispatcher.last().getValue(String.class)).isEqualTo("v");
			assertThat(this.template.hasKey("k")).isFalse();
			assertThat(this.template.batchSet(Map.of("b", "v"), options)).containsEntry("b", KvSetResult.CREATED);
			assertThat(this.template.hasKey("b")).isFalse();
		}
		assertThat(changes()).startsWith(KvChange.CREATED, KvChange.UPDATED, KvChange.CREATED, KvChange.CREATED);
	}

	@Test
	void placeInABatchCountsKeysThatAreAbsentOrNotApplied() {
		this.template.set("b", "1");
		Map<String, String> entries = new LinkedHashMap<>();
		List.of("a", "b", "c").forEach((key) -> entries.put(key, "2"));
		this.template.batchSet(entries, SetOptions.defaults().ifPresent());
		assertThat(this.dispatcher.last().getKey()).isEqualTo("b");
		assertThat(this.dispatcher.last().getBatch()).extracting(KvBatch::index, KvBatch::size).containsExactly(1, 3);
		this.template.batchDelete(List.of("x", "y", "b", "z"));
		assertThat(this.dispatcher.last().getKey()).isEqualTo("b");
		assertThat(this.dispatcher.last().getBatch()).extracting(KvBatch::index, KvBatch::size).containsExactly(2, 4);
	}

	@Test
	void anElementThatCantBeDecodedIsDeletedAllTheSame() {
		KvCollection<Item> items = this.template.collection("items", Item.class);
		this.template.set("items:x1", "no item");
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> items.delete("x1"))
			.withMessageContaining("items:x1");
		assertThat(this.template.hasKey("items:x1")).isFalse();
		assertThat(this.dispatcher.last().getType()).isEqualTo(KvEventType.DELETE);
		assertThat(items.delete("x1")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "with space", "{tag}", "line\r\nbreak", "nul\0nul", "\uD83D\uDE80 rocket", "ä*?[]\\^" })
	void unusualKeysAreStoredAndReportedUnchanged(String key) {
		this.template.set(key, "v");
		assertThat(this.dispatcher.last().getKey()).isEqualTo(key);
		assertThat(keys(key)).containsExactly(key);
		assertThat(this.template.get(key, String.class)).contains("v");
	}

	@Test
	void aKeyOfOneMegabyte() {
		String key = "k".repeat(1 << 20);
		this.template.set(key, "v");
		assertThat(this.dispatcher.last().getKey()).isEqualTo(key);
		assertThat(this.template.get(key, String.class)).contains("v");
	}

	@Test
	void badKeysAreRefusedBeforeAnythingIsSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set(missing(), "v"))
			.withMessageContaining("'key' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("", "v"))
			.withMessageContaining("'key' must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("a\uDC00", "v"))
			.withMessageContaining("'key'")
			.withMessageContaining("surrogate");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.batchDelete(List.of("a", "")))
			.withMessageContaining("'key' must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.batchSet(Map.of("a", "v", "", "v")))
			.withMessageContaining("'key' must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.keys(missing()))
			.withMessageContaining("'prefix' must not be null");
		assertThat(keys("")).isEmpty();
		assertThat(this.dispatcher.calls).isEmpty();
	}

	@Test
	void badValuesAreRefusedBeforeAnythingIsSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("k", missing()))
			.withMessage("'value' must not be null");
		Map<String, @Nullable Object> entries = new HashMap<>();
		entries.put("ok", "v");
		entries.put("k", null);
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.batchSet(entries))
			.withMessageContaining("'entries' must not hold a null value but did for key 'k'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.compareAndSet("k", missing(), "v"))
			.withMessage("'expected' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("k", "v", Duration.ofMillis(-1)))
			.withMessageContaining("'timeToLive' must be at least 1 ms but was PT-0.001S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.expire("k", Duration.ZERO))
			.withMessageContaining("'timeToLive' must be at least 1 ms but was PT0S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("k", "v", Duration.ofNanos(999_999)))
			.withMessageContaining("'timeToLive' must be at least 1 ms but was PT0.000999999S");
		assertThat(keys("")).isEmpty();
		assertThat(this.dispatcher.calls).isEmpty();
	}

	@Test
	void valuesThatCannotBeEncodedOrDecodedNameKeyAndType() {
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> this.template.set("k\n1", new Cyclic()))
			.withMessage("The value for key 'k\\u000a1' of type '" + Cyclic.class.getName() + "' can't be encoded")
			.satisfies((ex) -> assertThat(ex.getKey()).isEqualTo("k\n1"));
		assertThat(this.dispatcher.calls).isEmpty();
		this.template.set("k", "secret");
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> this.template.get("k", Item.class))
			.withMessage("The value of key 'k' can't be decoded to '" + Item.class.getName() + "'")
			.satisfies((ex) -> assertThat(ex.getCause()).hasMessageNotContaining("secret"));
		KvEvent event = this.dispatcher.last();
		assertThatExceptionOfType(KvCodecException.class).isThrownBy(() -> event.getValue(Item.class))
			.withMessageContaining("key 'k'")
			.withMessageContaining(Item.class.getName());
	}

	@Test
	void aGuardKeepsEverythingFromBeingWritten() {
		KvTemplate guarded = template((type, key, value) -> {
			if (key.equals("locked")) {
				throw new KvVetoException(key, "locked", new IllegalStateException(type + " " + (value != null)));
			}
		});
		assertVetoed(() -> guarded.set("locked", "v"), "SET true");
		assertVetoed(() -> guarded.setRaw("locked", new byte[0]), "SET_RAW true");
		assertVetoed(() -> guarded.delete("locked"), "DELETE false");
		assertVetoed(() -> guarded.compareAndSet("locked", "a", "v"), "SET true");
		assertVetoed(() -> guarded.update("locked", String.class, (value) -> "v"), "SET true");
		Map<String, String> entries = new LinkedHashMap<>();
		entries.put("free", "v");
		entries.put("locked", "v");
		assertVetoed(() -> guarded.batchSet(entries), "BATCH_SET true");
		assertThat(keys("")).isEmpty();
		guarded.set("free", "v");
		assertVetoed(() -> guarded.batchDelete(List.of("free", "locked")), "BATCH_DELETE false");
		assertThat(keys("")).containsExactly("free");
		assertThat(this.dispatcher.events).hasSize(1);
	}

	private void assertVetoed(Runnable operation, String cause) {
		assertThatExceptionOfType(KvVetoException.class).isThrownBy(operation::run)
			.satisfies((ex) -> assertThat(ex.getCause()).hasMessage(cause));
	}

	private Set<String> keys(String prefix) {
		try (Stream<String> keys = this.template.keys(prefix)) {
			return keys.collect(Collectors.toCollection(TreeSet::new));
		}
	}

	private List<KvChange> changes() {
		return this.dispatcher.events.stream().map(KvEvent::getChange).toList();
	}

	private static Item oneMore(@Nullable Item item) {
		return Optional.ofNullable(item).map((it) -> new Item(it.name(), it.count() + 1)).orElseThrow();
	}

	/** What a caller without null checks may pass. */
	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T missing() {
		return null;
	}

	static class Cyclic {

		public Cyclic getSelf() {
			return this;
		}

	}

	record Item(String name, int count) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
			@JsonSubTypes.Type(value = Square.class, name = "square") })
	interface Shape {

	}

	record Circle(int radius) implements Shape {
	}

	record Square(int side) implements Shape {
	}

}
