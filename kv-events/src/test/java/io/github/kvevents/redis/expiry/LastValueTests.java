package io.github.kvevents.redis.expiry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ApplicationListener;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.LastValueMode;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.store.ChangeLogSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which tracked keys keep their last value: those of which something in the fleet may
 * take it.
 */
@ExtendWith(TestRedisExtension.class)
class LastValueTests {

	private static final String VALUES = "kv-events:{fleet:0}:values";

	private static final Duration LONG = Duration.ofMinutes(7);

	private static final Duration SOON = Duration.ofMillis(300);

	private final TestRedis redis;

	private final TestFleet fleet;

	LastValueTests(TestRedis redis) {
		this.redis = redis;
		this.fleet = new TestFleet(redis);
	}

	@AfterEach
	void stop() {
		this.fleet.close();
	}

	@Test
	void valueThatNoHookReadsIsNotKept() {
		FleetInstance instance = instance("a", FleetInstance.SETTINGS);
		instance.keyHook("keys", "a:");
		instance.hook("values", "a:v:");
		instance.start();
		instance.template.set("a:1", "value", LONG);
		instance.template.set("a:v:1", "value", LONG);
		instance.template.batchSet(Map.of("a:2", "two", "a:v:2", "zwei"), SetOptions.defaults().timeToLive(LONG));
		assertThat(this.fleet.tracked()).containsExactlyInAnyOrder("a:1", "a:2", "a:v:1", "a:v:2");
		assertThat(kept()).containsExactlyInAnyOrderEntriesOf(Map.of("a:v:1", "value", "a:v:2", "zwei"));
		instance.template.set("a:3", "three", SOON);
		instance.template.set("a:v:3", "drei", SOON);
		await().until(() -> instance.keys("keys").size() == 2 && instance.keys("values").size() == 1);
		assertThat(instance.events("keys")).filteredOn((event) -> event.getKey().equals("a:3"))
			.singleElement()
			.satisfies((event) -> {
				assertThat(event.getRawPreviousValue()).isNull();
				assertThat(event.getPreviousValue(String.class)).isNull();
				assertThat(((KvExpiredEvent) event).getDeadline()).isNotNull();
			});
		assertThat(value(instance.events("values").get(0))).isEqualTo("drei");
	}

	static Stream<Arguments> writes() {
		SetOptions lifetime = SetOptions.defaults().timeToLive(LONG);
		return Stream.of(write("set", (template) -> template.set("a:1", "new", LONG)),
				write("deadline",
						(template) -> template.set("a:1", "new",
								SetOptions.defaults().expireAt(java.time.Instant.now().plus(LONG)))),
				write("if present", (template) -> template.set("a:1", "new", lifetime.ifPresent())),
				write("keep", (template) -> template.set("a:1", "new", SetOptions.defaults().keepTimeToLive())),
				write("batch", (template) -> template.batchSet(Map.of("a:1", "new", "a:2", "other"), lifetime)),
				write("compare", (template) -> template.compareAndSet("a:1", "old", "new")),
				write("expire", (template) -> {
					template.set("a:1", "new");
					template.expire("a:1", LONG);
				}));
	}

	private static Arguments write(String name, Consumer<KvTemplate> write) {
		return Arguments.of(name, write);
	}

	/**
	 * Otherwise the expiry of the new value would come with the old one.
	 */
	@ParameterizedTest(name = "{0}")
	@MethodSource("writes")
	void writeWithoutValueRemovesTheFormerOne(String name, Consumer<KvTemplate> write) {
		FleetInstance instance = instance("a", FleetInstance.SETTINGS);
		instance.keyHook("keys", "a:");
		KvHookRegistration values = instance.hook("values", "a:");
		instance.start();
		instance.template.set("a:1", "old", LONG);
		instance.template.set("a:3", "stays", LONG);
		assertThat(kept()).containsOnlyKeys("a:1", "a:3");
		values.close();
		write.accept(instance.template);
		assertThat(this.fleet.tracked()).contains("a:1");
		assertThat(kept()).containsOnlyKeys("a:3");
		instance.hook("later", "a:");
		write.accept(instance.template);
		if (!name.equals("compare")) {
			assertThat(kept()).containsEntry("a:1", "new");
		}
	}

	@Test
	void springListenerTakesValues() {
		FleetInstance instance = instance("a", FleetInstance.SETTINGS);
		instance.keyHook("keys", "a:");
		instance.start();
		instance.template.set("a:1", "value", LONG);
		assertThat(kept()).isEmpty();
		instance.context.addApplicationListener(new ApplicationListener<KvExpiredEvent>() {

			@Override
			public void onApplicationEvent(KvExpiredEvent event) {
				// what it reads isn't known
			}

		});
		instance.template.set("a:2", "value", LONG);
		assertThat(kept()).containsOnlyKeys("a:2");
	}

	@Test
	void writerKeepsTheValuesThatHooksOfOthersTake() {
		FleetInstance writer = instance("writer", FleetInstance.SETTINGS);
		writer.keyHook("keys", "a:");
		writer.start();
		FleetInstance receiver = instance("receiver", FleetInstance.SETTINGS);
		receiver.keyHook("keys", "a:");
		receiver.hook("values", "a:v:");
		receiver.start();
		await().untilAsserted(() -> {
			writer.template.set("a:v:0", "value", LONG);
			assertThat(kept()).containsOnlyKeys("a:v:0");
		});
		writer.template.set("a:1", "nobody's", LONG);
		writer.template.set("a:v:1", "last value", SOON);
		await().until(() -> receiver.keys("values").contains("a:v:1"));
		assertThat(value(receiver.events("values").get(0))).isEqualTo("last value");
		assertThat(this.fleet.tracked()).contains("a:1");
		assertThat(kept()).containsOnlyKeys("a:v:0");
		receiver.close();
		this.fleet.instances().remove(receiver);
		await().untilAsserted(() -> {
			writer.template.set("a:v:0", "nobody's any more", LONG);
			assertThat(kept()).isEmpty();
		});
	}

	@Test
	void writerWithoutHooksKeepsNoValuesForHooksThatReadKeys() {
		FleetInstance writer = instance("writer", FleetInstance.SETTINGS);
		writer.start();
		FleetInstance receiver = instance("receiver", FleetInstance.SETTINGS);
		receiver.keyHook("keys", "a:");
		receiver.start();
		await().untilAsserted(() -> {
			writer.template.set("a:1", "value", LONG);
			assertThat(this.fleet.tracked()).containsExactly("a:1");
		});
		assertThat(kept()).isEmpty();
	}

	static Stream<Arguments> settings() {
		TrackingSettings defaults = FleetInstance.SETTINGS;
		return Stream.of(Arguments.of(defaults, false, false), Arguments.of(defaults, true, true),
				Arguments.of(defaults.mode(TrackingMode.ALL), false, true),
				Arguments.of(defaults.lastValue(LastValueMode.ALWAYS), false, true),
				Arguments.of(defaults.lastValue(LastValueMode.NEVER), true, false),
				Arguments.of(defaults.mode(TrackingMode.ALL).lastValue(LastValueMode.NEVER), false, false));
	}

	/**
	 * Who reads the change log, and who is to receive what is tracked in any case, isn't
	 * known.
	 */
	@ParameterizedTest
	@MethodSource("settings")
	void valueIsKeptWhereReadersAreNotKnown(TrackingSettings settings, boolean logged, boolean keeps) {
		ChangeLogSettings log = logged ? new ChangeLogSettings(FleetInstance.NAMESPACE, "a", 1000, Duration.ofHours(1))
				: null;
		FleetInstance instance = instance("a", settings, log);
		instance.keyHook("keys", "a:");
		instance.start();
		instance.template.set("a:1", "value", LONG);
		instance.template.set("a:2", "value", SetOptions.defaults().timeToLive(LONG).ifAbsent());
		assertThat(this.fleet.tracked()).containsExactlyInAnyOrder("a:1", "a:2");
		assertThat(kept()).hasSize(keeps ? 2 : 0);
		instance.template.set("a:3", "last", SOON);
		await().until(() -> instance.keys("keys").contains("a:3"));
		assertThat(value(instance.events("keys").get(0))).isEqualTo(keeps ? "last" : null);
	}

	@Test
	void neverKeepsNoneForAHookThatTakesValues() {
		FleetInstance instance = instance("a", FleetInstance.SETTINGS.lastValue(LastValueMode.NEVER));
		instance.hook("values", "a:");
		instance.start();
		instance.template.set("a:1", "value", SOON);
		await().until(() -> instance.keys("values").contains("a:1"));
		KvEvent event = instance.events("values").get(0);
		assertThat(event.getType()).isEqualTo(KvEventType.EXPIRED);
		assertThat(value(event)).isNull();
	}

	@Test
	void sweepKeepsNoValueOfAKeyThatOthersHaveExtended() {
		FleetInstance instance = instance("a", FleetInstance.SETTINGS);
		KvHookRegistration values = instance.hook("values", "a:");
		instance.keyHook("keys", "a:");
		instance.start();
		instance.template.set("a:1", "with", LONG);
		values.close();
		instance.template.set("a:2", "without", LONG);
		List<String> keys = List.of("a:1", "a:2");
		for (String key : keys) {
			assertThat(this.redis.execute("SET", key, "theirs", "EX", "900")).isNotNull();
		}
		this.fleet.endNow(keys);
		await().untilAsserted(() -> assertThat(keys).allSatisfy(
				(key) -> assertThat(deadline(key)).isEqualTo((double) TrackedInstance.expireTime(this.redis, key))));
		keys.forEach((key) -> this.redis.execute("PEXPIRE", key, "0"));
		this.fleet.endNow(keys);
		await().until(() -> instance.keys("keys").size() == 2);
		assertThat(instance.events("keys")).extracting(LastValueTests::value).containsExactlyInAnyOrder("theirs", null);
		assertThat(kept()).isEmpty();
	}

	private static @Nullable String value(KvEvent event) {
		byte[] value = event.getRawPreviousValue();
		return (value != null) ? new String(value, StandardCharsets.UTF_8) : null;
	}

	private @Nullable Double deadline(String key) {
		return this.redis.template().opsForZSet().score(TestFleet.DEADLINES, key);
	}

	private Map<Object, Object> kept() {
		return this.redis.template().opsForHash().entries(VALUES);
	}

	private FleetInstance instance(String id, TrackingSettings settings) {
		return instance(id, settings, null);
	}

	private FleetInstance instance(String id, TrackingSettings settings, @Nullable ChangeLogSettings log) {
		return this.fleet.instance(id, settings, log);
	}

}
