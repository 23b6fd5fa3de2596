package io.github.kvevents.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvChange;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.ListenerSettings;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.log.change.StoreChangeFeed;
import io.github.kvevents.log.change.StoreKvChangeLog;
import io.github.kvevents.memory.MemoryKvStore;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Each message names the argument and its value, and nothing was written by then.
 */
class BadArgumentsTests {

	private static final MemoryKvStore store = new MemoryKvStore();

	private static final KvTemplate template = KvTemplate.builder(store, new PlainKvCodec()).build();

	private static final ChangeLogStore log = new MemoryKvStore(Clock.systemUTC(),
			new ChangeLogSettings(Namespace.of("bad"), "bad", 10, Duration.ofHours(1)))
		.getChangeLog();

	private static final KvChangeLog changeLog = new StoreKvChangeLog(log, new StoreChangeFeed(log),
			new PlainKvCodec());

	private static final KvHookRegistry registry = HookEngine.builder().build().getRegistry();

	@ParameterizedTest(name = "{0}")
	@MethodSource({ "operations", "options", "events", "hooks", "changeLog", "listeners", "watches" })
	void isNamed(String message, ThrowingCallable call) {
		assertThatIllegalArgumentException().isThrownBy(call).satisfies((ex) -> assertThat(ex).hasMessage(message));
		try (Stream<String> keys = template.keys("")) {
			assertThat(keys).isEmpty();
		}
		assertThat(registry.all()).isEmpty();
	}

	static Stream<Arguments> operations() {
		Map<@Nullable String, String> nullKey = new HashMap<>();
		nullKey.put(null, "v");
		return Stream.of(bad("'key' must not be null", () -> template.delete(missing())),
				bad("'key' must not be empty", () -> template.hasKey("")),
				bad("'key' must be text that UTF-8 can express, but has a lone surrogate U+DC00 at index 1: "
						+ "'a\\udc00\\u000d\\u000a'", () -> template.set("a\udc00\r\n", "v")),
				bad("'key' must not be null", () -> template.batchSet(nullKey)),
				bad("'key' must not be null", () -> template.batchDelete(Arrays.asList("a", missing()))),
				bad("'key' must not be empty", () -> template.batchGet(List.of(""), String.class)),
				bad("'keys' must not be null", () -> template.batchDelete(missing())),
				bad("'entries' must not be null", () -> template.batchSet(missing())),
				bad("'options' must not be null", () -> template.batchSet(Map.of(), missing())),
				bad("'options' must not be null", () -> template.set("k", "v", (SetOptions) missing())),
				bad("'value' must not be null", () -> template.setRaw("k", missing())),
				bad("'value' must not be null", () -> template.compareAndSet("k", "a", missing())),
				bad("'timeToLive' must not be null", () -> template.set("k", "v", (Duration) missing())),
				bad("'timeToLive' must be at least 1 ms but was PT-3S: use delete(key) to remove the key, "
						+ "persist(key) to keep it forever", () -> template.expire("k", Duration.ofSeconds(-3))),
				bad("'timeToLive' must be at least 1 ms but was PT0.0000009S: use delete(key) to remove the key, "
						+ "persist(key) to keep it forever", () -> template.set("k", "v", Duration.ofNanos(900))),
				bad("'type' must not be null", () -> template.get("k", BadArgumentsTests.<Class<String>>missing())),
				bad("'type' must not be null",
						() -> template.collection("k", BadArgumentsTests.<Class<String>>missing())),
				bad("'type' must not be null",
						() -> template.get("k", BadArgumentsTests.<ParameterizedTypeReference<String>>missing())),
				bad("'type' must not be null",
						() -> template.collection("k",
								BadArgumentsTests.<ParameterizedTypeReference<String>>missing())),
				bad("'type' must not be null",
						() -> template.set("k", "v", BadArgumentsTests.<ParameterizedTypeReference<String>>missing(),
								SetOptions.defaults())),
				bad("'change' must not be null", () -> template.update("k", String.class, missing())),
				bad("'prefix' must not be null", () -> template.keys(missing())),
				bad("'prefix' must be text that UTF-8 can express, but has a lone surrogate U+D800 at index 0: "
						+ "'\\ud800'", () -> template.keys("\ud800")),
				bad("'bytes' must be at least 1 but was 0",
						() -> KvTemplate.builder(store, new PlainKvCodec()).maxKeyLength(0)),
				bad("'bytes' must be at least 1 but was -7",
						() -> KvTemplate.builder(store, new PlainKvCodec()).maxValueSize(-7)),
				bad("'name' must not be empty but was ' '", () -> template.collection(" ", String.class)),
				bad("'id' must not be null or empty but was null",
						() -> template.collection("c", String.class).get(missing())),
				bad("'id' must not be null or empty but was ''",
						() -> template.collection("c", String.class).set("", "v")));
	}

	static Stream<Arguments> events() {
		KvEvent event = KvEventBuilder.forKey("test", "k", new PlainKvCodec()).value(new byte[1]).set(KvEventType.SET);
		return Stream.of(bad("'type' must not be null", () -> event.getValue((Class<?>) missing())),
				bad("'type' must not be null", () -> event.getPreviousValue((ParameterizedTypeReference<?>) missing())),
				bad("'text' must not be null", () -> KvPosition.parse(missing())));
	}

	static Stream<Arguments> options() {
		Duration tooLong = Duration.ofSeconds(Long.MAX_VALUE);
		return Stream.of(bad("'expireAt' must not be null", () -> SetOptions.defaults().expireAt(missing())),
				bad("'timeToLive' must be at most PT1281023894007H36M27.903S, but is " + tooLong,
						() -> SetOptions.defaults().timeToLive(tooLong)),
				bad("'expireAt' must be at most +146140482-04-24T15:36:27.903Z, but is " + Instant.MAX,
						() -> template.set("k", "v", SetOptions.defaults().expireAt(Instant.MAX))),
				bad("Only one of 'ifAbsent' and 'ifPresent' can be given",
						() -> SetOptions.defaults().ifAbsent().ifPresent()),
				bad("Only one of 'timeToLive', 'expireAt' and 'keepTimeToLive' can be given, but there were "
						+ "SetOptions[timeToLive=PT7S, expireAt=null, keepTimeToLive=true, condition=ALWAYS]",
						() -> SetOptions.defaults().timeToLive(Duration.ofSeconds(7)).keepTimeToLive()));
	}

	static Stream<Arguments> changeLog() {
		ReadRequest request = ReadRequest.from(StartPosition.earliest());
		KvPosition position = KvPosition.parse("1:70-3");
		return Stream.of(bad("'start' must not be null", () -> ReadRequest.from(missing())),
				bad("'limit' must be from 1 to 10000 but was 0", () -> request.limit(0)),
				bad("'limit' must be from 1 to 10000 but was 10001", () -> request.limit(10_001)),
				bad("'filter' must not be null", () -> request.filter(missing())),
				bad("'events' must not have a null element but was [SET, null]",
						() -> request.events(KvEventType.SET, missing())),
				bad("'changes' must not have a null element but was [null]",
						() -> request.changes((KvChange) missing())),
				bad("'timeout' must not be null", () -> request.timeout(missing())),
				bad("'timeout' must be from zero to PT1H but was PT-2S", () -> request.timeout(Duration.ofSeconds(-2))),
				bad("'timeout' must be from zero to PT1H but was PT1H1M",
						() -> request.timeout(Duration.ofMinutes(61))),
				bad("'position' must not be null", () -> StartPosition.at(missing())),
				bad("'position' must not be null", () -> StartPosition.after(missing())),
				bad("'positions' must not be empty but was []", () -> StartPosition.afterEach(List.of())),
				bad("'positions' must be of different partitions but there were '1:70-3' and '1:70-4'",
						() -> StartPosition.afterEach(List.of(position, KvPosition.parse("1:70-4")))),
				bad("'request' must not be null", () -> changeLog.read(missing())),
				bad("'1:70-3' is no position of this change log: it has 1 partition(s), counted from 0",
						() -> changeLog.read(ReadRequest.from(StartPosition.after(position)))));
	}

	static Stream<Arguments> listeners() {
		ListenerOptions options = ListenerOptions.defaults();
		return Stream.of(bad("'batchSize' must be from 1 to 10000 but was 0", () -> options.batchSize(0)),
				bad("'batchSize' must be from 1 to 10000 but was 10001", () -> options.batchSize(10_001)),
				bad("'concurrency' must be at least 1 but was -2", () -> options.concurrency(-2)),
				bad("'maxAttempts' must be 0 (no limit) or more but was -1", () -> options.maxAttempts(-1)),
				bad("'initialBackoff' must be at least a millisecond but was PT0S",
						() -> options.initialBackoff(Duration.ZERO)),
				bad("'maxBackoff' must be at least a millisecond but was PT-5S",
						() -> options.maxBackoff(Duration.ofSeconds(-5))),
				bad("'maxBackoff' must not be null", () -> options.maxBackoff(missing())),
				bad("'startAt' must not be null", () -> options.startAt(missing())),
				bad("'onExhausted' must not be null", () -> options.onExhausted(missing())),
				bad("'filter' must not be null", () -> options.filter(missing())),
				bad("'events' must not have a null element but was [SET, null]",
						() -> options.events(KvEventType.SET, missing())),
				bad("'lease' must be at least 100 milliseconds but was PT0.05S",
						() -> ListenerSettings.defaults().lease(Duration.ofMillis(50))),
				bad("'shutdownTimeout' must not be negative but was PT-1S",
						() -> ListenerSettings.defaults().shutdownTimeout(Duration.ofSeconds(-1))));
	}

	static Stream<Arguments> hooks() {
		return Stream.of(bad("'options' must not be null", () -> registry.register(missing(), (event) -> {
		})), bad("'callback' must not be null", () -> registry.register(KvHookOptions.defaults(), missing())),
				bad("'filter' must not be null", () -> KvHookOptions.defaults().filter(missing())),
				bad("'scope' must not be null", () -> KvHookOptions.defaults().scope(missing())),
				bad("'timeout' must not be null", () -> KvHookOptions.defaults().timeout(missing())),
				bad("'timeout' must be more than zero but was PT0S",
						() -> KvHookOptions.defaults().timeout(Duration.ZERO)),
				bad("'id' must not be empty but was 'null'", () -> KvHookOptions.defaults().id(missing())),
				bad("'events' must not have a null element but was [SET, null]",
						() -> KvHookOptions.defaults().events(KvEventType.SET, missing())),
				bad("'changes' must not have a null element but was [null, CREATED]",
						() -> KvHookOptions.defaults().changes(missing(), KvChange.CREATED)),
				bad("'prefixes' must not be null", () -> KeyFilter.prefix((String[]) missing())),
				bad("'suffixes' must not have an element that is null or empty",
						() -> KeyFilter.suffix("a", missing())),
				bad("'keys' must not be null", () -> KeyFilter.keys(missing())),
				bad("'regex' must not be empty", () -> KeyFilter.regex("")),
				bad("'other' must not be null", () -> KeyFilter.prefix("a").and(missing())),
				bad("'other' must not be null", () -> KeyFilter.prefix("a").or(missing())));
	}

	static Stream<Arguments> watches() {
		return Stream.of(bad("'options' must not be null", () -> template.watch(missing())),
				bad("'options' must not be null", () -> template.collection("c", String.class).watch(missing())),
				bad("'options' must keep the prefix 'c:' but has 'd:'",
						() -> template.collection("c", String.class).watch((options) -> WatchOptions.prefix("d:"))),
				bad("'prefix' must not be null or empty but was '': use all() for all keys",
						() -> WatchOptions.prefix("")),
				bad("'prefix' must not be null or empty but was null: use all() for all keys",
						() -> WatchOptions.prefix(missing())),
				bad("'prefix' must be text that UTF-8 can express, but has a lone surrogate U+D800 at index 0: "
						+ "'\\ud800'", () -> WatchOptions.prefix("\ud800")),
				bad("'changes' must not be null", () -> WatchOptions.all().changes((KvChange[]) missing())),
				bad("'changes' must not have a null element but was [UPDATED, null]",
						() -> WatchOptions.all().changes(KvChange.UPDATED, missing())),
				bad("'bufferSize' must be at least 1 but was 0", () -> WatchOptions.all().bufferSize(0)),
				bad("'overflow' must not be null", () -> WatchOptions.all().overflow(missing())),
				bad("'position' must not be null", () -> WatchOptions.all().after(missing())));
	}

	private static Arguments bad(String message, ThrowingCallable call) {
		return Arguments.of(message, call);
	}

	/** What a caller without null checks may pass. */
	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T missing() {
		return null;
	}

}
