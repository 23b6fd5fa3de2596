package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.store.ChangeLogSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which keys {@code auto} tracks: those whose expiry something in the fleet may receive.
 */
@ExtendWith(TestRedisExtension.class)
class TrackedKeysTests {

	private static final Duration LONG = Duration.ofMinutes(7);

	private static final Duration SOON = Duration.ofMillis(300);

	private final TestRedis redis;

	private final TestFleet fleet;

	TrackedKeysTests(TestRedis redis) {
		this.redis = redis;
		this.fleet = new TestFleet(redis);
	}

	@AfterEach
	void stop() {
		this.fleet.close();
	}

	@Test
	void keysThatNoHookCanSelectAreNotTracked() {
		FleetInstance instance = instance("a");
		instance.hook("prefix", "a:");
		instance.hook("suffix", (options) -> options.filter(KeyFilter.suffix(":end")));
		instance.hook("exact", (options) -> options.filter(KeyFilter.keys(List.of("one"))));
		instance.start();
		for (String key : List.of("b:1", "a", ":end:", "one:", "On")) {
			instance.template.set(key, "value", LONG);
		}
		assertThat(this.fleet.tracked()).isEmpty();
		for (String key : List.of("a:1", "b:1:end", "one")) {
			instance.template.set(key, "value", LONG);
		}
		assertThat(this.fleet.tracked()).containsExactlyInAnyOrder("a:1", "b:1:end", "one");
	}

	@Test
	void batchIsTrackedIfOneOfItsKeysIs() {
		FleetInstance instance = instance("a");
		instance.hook("prefix", "a:");
		instance.start();
		instance.template.batchSet(Map.of("b:1", "one", "c:1", "two"), SetOptions.defaults().timeToLive(LONG));
		assertThat(this.fleet.tracked()).isEmpty();
		instance.template.batchSet(Map.of("b:1", "one", "a:1", "two"), SetOptions.defaults().timeToLive(LONG));
		assertThat(this.fleet.tracked()).contains("a:1");
	}

	@Test
	void timeToLiveThatIsGivenLaterCounts() {
		FleetInstance instance = instance("a");
		instance.hook("prefix", "a:");
		instance.start();
		for (String key : List.of("a:1", "b:1")) {
			instance.template.set(key, "value");
			assertThat(instance.template.expire(key, LONG)).isTrue();
		}
		assertThat(this.fleet.tracked()).containsExactly("a:1");
	}

	@Test
	void hookThatIsSwitchedOffKeepsItsKeysTrackedAndOneThatIsClosedDoesNot() {
		FleetInstance instance = instance("a");
		KvHookRegistration hook = instance.hook("prefix", "a:");
		instance.hook("other", "z:");
		instance.start();
		hook.setEnabled(false);
		instance.template.set("a:1", "value", LONG);
		assertThat(this.fleet.tracked()).as("it may be switched on before the key expires").containsExactly("a:1");
		hook.close();
		instance.template.set("a:2", "value", LONG);
		assertThat(this.fleet.tracked()).containsExactly("a:1");
	}

	@Test
	void deletedKeyOfAClosedHookIsNoLongerInTheIndex() {
		FleetInstance instance = instance("a");
		KvHookRegistration hook = instance.hook("prefix", "a:");
		instance.hook("other", "z:");
		instance.start();
		instance.template.set("a:1", "value", LONG);
		hook.close();
		instance.template.delete("a:1");
		assertThat(this.fleet.tracked()).isEmpty();
	}

	@Test
	void writerWithoutReceiversTracksForAnotherInstance() {
		FleetInstance writer = instance("writer");
		writer.start();
		writer.template.set("a:0", "too early", LONG);
		assertThat(this.fleet.tracked()).as("nobody would receive it").isEmpty();
		FleetInstance receiver = instance("receiver");
		receiver.hook("prefix", "a:");
		receiver.start();
		await().untilAsserted(() -> {
			writer.template.set("a:0", "known within a second", LONG);
			assertThat(this.fleet.tracked()).containsExactly("a:0");
		});
		writer.template.set("b:1", "nobody's", SOON);
		writer.template.set("a:1", "last value", SOON);
		await().until(() -> receiver.keys("prefix").contains("a:1"));
		assertThat(this.fleet.tracked()).containsExactly("a:0");
		assertThat(writer.tracker.getActivity().delivered()).isZero();
	}

	@Test
	void instanceTracksWhatTheHooksOfOthersSelect() {
		FleetInstance a = instance("a");
		a.hook("ha", "a:");
		FleetInstance b = instance("b");
		b.hook("hb", "b:");
		a.start();
		b.start();
		await().untilAsserted(() -> {
			a.template.set("b:0", "value", LONG);
			assertThat(this.fleet.tracked()).containsExactly("b:0");
		});
		a.template.set("c:1", "nobody's", LONG);
		a.template.set("b:1", "value", SOON);
		await().until(() -> b.keys("hb").contains("b:1"));
		b.close();
		this.fleet.instances().remove(b);
		this.redis.template().delete(TestFleet.DEADLINES);
		await().untilAsserted(() -> {
			this.redis.template().delete(TestFleet.DEADLINES);
			a.template.set("b:2", "value", LONG);
			assertThat(this.fleet.tracked()).as("nobody is left for it").isEmpty();
		});
	}

	@Test
	void changeLogHasTheExpiriesOfAllKeys() {
		ChangeLogSettings log = new ChangeLogSettings(FleetInstance.NAMESPACE, "a", 1000, Duration.ofHours(1));
		FleetInstance instance = instance("a", log);
		instance.hook("prefix", "a:");
		instance.start();
		instance.template.set("b:1", "value", LONG);
		assertThat(this.fleet.tracked()).containsExactly("b:1");
	}

	private FleetInstance instance(String id) {
		return instance(id, null);
	}

	private FleetInstance instance(String id, @Nullable ChangeLogSettings log) {
		return this.fleet.instance(id, FleetInstance.SETTINGS, log);
	}

}
