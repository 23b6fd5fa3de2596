package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationListener;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.Consumer;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventTaps;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.NamespaceCheck;
import io.github.kvevents.store.ChangeLogSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Expiries in a fleet whose instances have different hooks, as in every rolling
 * deployment: each hook of a live instance receives them once.
 */
@ExtendWith(TestRedisExtension.class)
class UnequalInstancesTests {

	private static final Duration SOON = Duration.ofMillis(60);

	private static final TrackingSettings HASTY = FleetInstance.SETTINGS.claimAfter(Duration.ofSeconds(2));

	private final TestRedis redis;

	private final TestFleet fleet;

	UnequalInstancesTests(TestRedis redis) {
		this.redis = redis;
		this.fleet = new TestFleet(redis);
	}

	@AfterEach
	void stop() {
		this.fleet.close();
	}

	@Test
	void eachOfTwoInstancesReceivesWhatItsOwnHookSelects() {
		FleetInstance a = instance("a");
		FleetInstance b = instance("b");
		a.hook("ha", "a:");
		b.hook("hb", "b:");
		startAll();
		expire(a, keys("a:", 30));
		expire(b, keys("b:", 30));
		awaitKeys(a, "ha", keys("a:", 30));
		awaitKeys(b, "hb", keys("b:", 30));
		awaitNothingLeft();
		assertThat(a.tracker.getActivity().unreceived() + b.tracker.getActivity().unreceived()).isZero();
		assertThat(a.tracker.getActivity().redelivered() + b.tracker.getActivity().redelivered()).isZero();
	}

	@Test
	void equalInstancesReceiveEachExpiryOnce() {
		for (String id : List.of("a", "b", "c")) {
			FleetInstance instance = instance(id);
			instance.hook("lambda", (options) -> options.filter((key) -> key.startsWith("k:")));
			instance.hook("async", (options) -> options.filter(KeyFilter.prefix("k:")).async());
			instance.hook("regex", (options) -> options.filter(KeyFilter.regex("[0-9]")));
		}
		startAll();
		expire(this.fleet.instances().get(0), keys("k:", 200));
		for (String hook : List.of("lambda", "async", "regex")) {
			await().until(() -> keysOfAll(hook).size() >= 200);
			assertThat(keysOfAll(hook)).containsExactlyInAnyOrderElementsOf(keys("k:", 200));
		}
		awaitNothingLeft();
		assertThat(this.redis.template().hasKey("kv-events:{fleet:0}:handed")).isFalse();
	}

	@Test
	void sharedHookIsCalledOnceAndEachOtherInItsInstance() {
		for (String id : List.of("a", "b", "c")) {
			FleetInstance instance = instance(id);
			instance.hook("shared", "k:");
			instance.hook("only-" + id, (options) -> options.filter(KeyFilter.suffix("0").or(KeyFilter.prefix("k:"))));
		}
		startAll();
		expire(this.fleet.instances().get(0), keys("k:", 60));
		await().until(() -> keysOfAll("shared").size() >= 60);
		for (FleetInstance instance : this.fleet.instances()) {
			awaitKeys(instance, "only-" + instance.tracker.instanceId(), keys("k:", 60));
		}
		awaitNothingLeft();
		assertThat(keysOfAll("shared")).containsExactlyInAnyOrderElementsOf(keys("k:", 60));
	}

	@Test
	void filterThatOnlyItsInstanceCanEvaluateIsEvaluatedThere() {
		FleetInstance a = instance("a");
		FleetInstance b = instance("b");
		a.hook("ha", "a:");
		b.hook("hb", (options) -> options.filter((key) -> key.endsWith("7")));
		startAll();
		expire(a, keys("a:", 20));
		awaitKeys(a, "ha", keys("a:", 20));
		awaitKeys(b, "hb", List.of("a:7", "a:17"));
		awaitNothingLeft();
	}

	@Test
	void hookThatSelectsOtherKeysInTheNextVersionReceivesThem() {
		FleetInstance before = instance("before");
		FleetInstance after = instance("after");
		before.hook("h", "old:");
		after.hook("h", "new:");
		startAll();
		expire(before, keys("new:", 20));
		expire(after, keys("old:", 20));
		awaitKeys(after, "h", keys("new:", 20));
		awaitKeys(before, "h", keys("old:", 20));
	}

	@Test
	void hooksWithoutIdAreTheSameWhateverTheOrderOfTheirRegistration() {
		Queue<String> orders = new ConcurrentLinkedQueue<>();
		Queue<String> all = new ConcurrentLinkedQueue<>();
		KvHookOptions expired = KvHookOptions.defaults().events(KvEventType.EXPIRED);
		for (int number = 0; number < 2; number++) {
			KvHookRegistry registry = instance("i" + number).engine.getRegistry();
			if (number == 0) {
				registry.register(expired, (event) -> all.add(event.getKey()));
			}
			registry.register(expired.filter(KeyFilter.prefix("o:")), (event) -> orders.add(event.getKey()));
			if (number == 1) {
				registry.register(expired, (event) -> all.add(event.getKey()));
			}
		}
		startAll();
		expire(this.fleet.instances().get(0), keys("o:", 50));
		await().until(() -> orders.size() >= 50 && all.size() >= 50);
		awaitNothingLeft();
		assertThat(orders).containsExactlyInAnyOrderElementsOf(keys("o:", 50));
		assertThat(all).containsExactlyInAnyOrderElementsOf(keys("o:", 50));
	}

	@Test
	void watchTakesNothingFromHooks() {
		FleetInstance watching = instance("watching");
		FleetInstance hooked = instance("hooked");
		List<String> watched = new CopyOnWriteArrayList<>();
		watching.engine.getDispatcher().getTaps().add(tap("w:", watched));
		hooked.hook("h", "b:");
		startAll();
		expire(hooked, keys("b:", 30));
		awaitKeys(hooked, "h", keys("b:", 30));
		// but it receives expiries that no hook selects
		expire(watching, keys("w:", 10));
		await().until(() -> watched.size() >= 10);
		assertThat(watched).containsExactlyInAnyOrderElementsOf(keys("w:", 10));
		awaitNothingLeft();
	}

	@Test
	void instanceThatClosedOrDisabledItsHooksTakesNothingFromOthers() {
		FleetInstance closed = instance("closed");
		FleetInstance disabled = instance("disabled");
		FleetInstance open = instance("open");
		KvHookRegistration last = closed.hook("h", "k:");
		KvHookRegistration off = disabled.hook("h", "k:");
		this.fleet.instances().forEach(FleetInstance::start);
		awaitInstances(2);
		expire(closed, keys("k:", 20));
		await().until(() -> keysOfAll("h").size() == 20);
		open.hook("h", "k:");
		off.setEnabled(false);
		last.close();
		int before = keysOfAll("h").size();
		expire(open, keys("k:", 30));
		await().until(() -> open.keys("h").size() >= 30);
		awaitNothingLeft();
		assertThat(keysOfAll("h")).hasSize(before + 30);
	}

	@Test
	void expiryQueuedForAClosedHookIsReceivedByTheSameHookOfAnotherInstance() {
		FleetInstance a = instance("a");
		FleetInstance b = instance("b");
		CountDownLatch release = new CountDownLatch(1);
		Queue<String> begun = new ConcurrentLinkedQueue<>();
		KvHookRegistration closed = a.engine.getRegistry()
			.register(
					KvHookOptions.defaults().id("h").events(KvEventType.EXPIRED).filter(KeyFilter.prefix("k:")).async(),
					(event) -> {
						begun.add(event.getKey());
						release.await();
					});
		a.start();
		awaitInstances(1);
		expire(a, keys("k:", 100));
		await().until(() -> a.tracker.getActivity().delivered() == 100);
		b.hook("h", "k:");
		b.start();
		awaitInstances(2);
		closed.close();
		try {
			await().until(() -> b.keys("h").size() + begun.size() >= 100);
		}
		finally {
			release.countDown();
		}
		awaitNothingLeft();
		assertThat(Stream.concat(begun.stream(), b.keys("h").stream()))
			.containsExactlyInAnyOrderElementsOf(keys("k:", 100));
	}

	@Test
	void hookThatIsAddedInARollingDeploymentReceivesFromThenOn() {
		FleetInstance old = instance("old");
		old.hook("kept", "k:");
		old.hook("dropped", "d:");
		startAll();
		expire(old, keys("k:", 10));
		awaitKeys(old, "kept", keys("k:", 10));
		FleetInstance young = instance("young");
		young.hook("kept", "k:");
		young.hook("added", "n:");
		young.start();
		awaitInstances(2);
		expire(old, Stream.of("n:", "d:").flatMap((prefix) -> keys(prefix, 20).stream()).toList());
		awaitKeys(young, "added", keys("n:", 20));
		awaitKeys(old, "dropped", keys("d:", 20));
		old.close();
		expire(young, keys("d:", 5));
		expire(young, keys("n:", 5));
		await().until(() -> young.keys("added").size() == 25);
		assertThat(young.keys("kept")).isEmpty();
	}

	@Test
	void springListenerThatIsAddedWhileRunningReceivesFromThenOn() {
		FleetInstance a = instance("a");
		FleetInstance b = instance("b");
		a.hook("ha", "a:");
		b.hook("hb", "b:");
		startAll();
		expire(a, keys("a:", 10));
		awaitKeys(a, "ha", keys("a:", 10));
		Queue<String> heard = new ConcurrentLinkedQueue<>();
		a.context.addApplicationListener(new ExpiredListener(heard));
		await().until(() -> announcements().contains(ExpiredListener.class.getSimpleName()));
		expire(b, keys("b:", 30));
		await().until(() -> heard.size() >= 30);
		awaitKeys(b, "hb", keys("b:", 30));
		awaitNothingLeft();
		assertThat(heard).containsExactlyInAnyOrderElementsOf(keys("b:", 30));
	}

	@Test
	void expiryWithoutASelectingHookWaitsAndIsCounted() {
		FleetInstance a = instance("a", HASTY.mode(TrackingMode.ALL));
		a.hook("ha", "a:");
		startAll();
		expire(a, List.of("z:1"));
		long begun = System.nanoTime();
		await().until(() -> a.tracker.getStatus().pending() == 1);
		awaitLong().until(() -> a.tracker.getActivity().unreceived() == 1);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
		awaitNothingLeft();
	}

	@Test
	void expiryWithoutASelectingHookIsHandedToAStartedInstance() {
		FleetInstance a = instance("a", FleetInstance.SETTINGS.mode(TrackingMode.ALL));
		a.hook("ha", "a:");
		startAll();
		expire(a, keys("b:", 20));
		await().until(() -> a.tracker.getStatus().pending() == 20);
		FleetInstance b = instance("b");
		b.hook("hb", "b:");
		b.start();
		awaitKeys(b, "hb", keys("b:", 20));
		// and to a hook of the same instance
		expire(a, keys("c:", 20));
		await().until(() -> a.tracker.getStatus().pending() + b.tracker.getStatus().waiting() >= 20);
		a.hook("hc", "c:");
		awaitKeys(a, "hc", keys("c:", 20));
		awaitNothingLeft();
	}

	@ParameterizedTest
	@ValueSource(strings = { "set", "batch", "expire" })
	void expiryTrackedForARemovedHookIsReceivedByTheNextInstance(String way) {
		ChangeLogSettings log = new ChangeLogSettings(FleetInstance.NAMESPACE, "log", 1000, Duration.ofHours(1));
		try (FleetInstance first = new FleetInstance(this.fleet.connectionFactory, "first", FleetInstance.SETTINGS,
				log)) {
			// closed before anything of it looked for expiries
			first.hook("h", "k:");
			switch (way) {
				case "set" -> first.template.set("k:1", "v", SOON);
				case "batch" -> expire(first, List.of("k:1"));
				default -> {
					first.template.setRaw("k:1", new byte[] { 1 });
					first.template.expire("k:1", SOON);
				}
			}
		}
		FleetInstance next = new FleetInstance(this.fleet.connectionFactory, "next", FleetInstance.SETTINGS, log);
		this.fleet.instances().add(next);
		next.start();
		await().until(() -> this.redis.template().opsForZSet().zCard("kv-events:{fleet:0}:deadlines") == 0);
		next.hook("h", "k:");
		awaitKeys(next, "h", List.of("k:1"));
	}

	@Test
	void expiriesThatWaitForAHookDoNotCountAsInFlight() {
		FleetInstance a = instance("a", FleetInstance.SETTINGS.delivery(10, 2).mode(TrackingMode.ALL));
		a.hook("ha", "a:");
		startAll();
		expire(a, keys("z:", 500));
		await().until(() -> a.tracker.getStatus().pending() == 500);
		expire(a, keys("a:", 100));
		awaitKeys(a, "ha", keys("a:", 100));
		// stopping doesn't wait for it
		long begun = System.nanoTime();
		a.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(FleetInstance.SETTINGS.claimAfter());
		FleetInstance heir = instance("heir");
		heir.hook("hz", "z:");
		heir.start();
		awaitKeys(heir, "hz", keys("z:", 500));
	}

	@Test
	void deadInstanceIsNotWaitedForAndItsExpiriesAreClaimed() {
		FleetInstance a = instance("a", HASTY);
		a.hook("shared", "k:");
		// announced itself, and then died
		announce("dead", HASTY.claimAfter().multipliedBy(2), "shared", "only-dead");
		this.fleet.instances().forEach(FleetInstance::start);
		awaitInstances(2);
		expire(a, keys("k:", 20));
		awaitKeys(a, "shared", keys("k:", 20));
		await().until(() -> pendingOf("dead") == 20);
		awaitLong().until(() -> length() == 0);
		expire(a, List.of("k:behind"));
		await().until(() -> a.keys("shared").contains("k:behind"));
		awaitNothingLeft();
		assertThat(a.keys("shared")).hasSize(21);
	}

	@Test
	void instanceWithAnotherKeyPrefixTakesNoPart() {
		FleetInstance a = instance("a", HASTY);
		a.hook("ha", (options) -> options);
		try (TrackedInstance other = new TrackedInstance(this.fleet.connectionFactory, FleetInstance.NAMESPACE,
				(tracker) -> tracker.instanceId("other").settings(HASTY))) {
			startAll();
			awaitInstances(1);
			other.start();
			assertThatExceptionOfType(InvalidDataAccessResourceUsageException.class)
				.isThrownBy(() -> other.template.set("k", "v", SOON))
				.withMessageContaining("Namespace 'fleet' is used with the key prefix ''");
			assertThat(this.redis.template().hasKey("app:k")).isFalse();
			for (String key : keys("k", 30)) {
				a.template.set(key, "v", SOON);
			}
			await().until(() -> a.keys("ha").size() >= 30);
			assertThat(a.keys("ha")).containsExactlyInAnyOrderElementsOf(keys("k", 30));
			assertThat(other.expired()).isEmpty();
		}
	}

	@Test
	void noteOfAHandedOnExpiryIsRemovedWithIt() {
		eachOfTwoInstancesReceivesWhatItsOwnHookSelects();
		assertThat(this.redis.template().hasKey("kv-events:{fleet:0}:handed")).isFalse();
		this.fleet.close();
		assertThat(this.redis.template().keys("kv-events:{fleet:0}:wake*")).isEmpty();
		assertThat(this.redis.template().hasKey("kv-events:{fleet:0}:hooks")).isFalse();
	}

	private FleetInstance instance(String id) {
		return instance(id, FleetInstance.SETTINGS);
	}

	private FleetInstance instance(String id, TrackingSettings settings) {
		return this.fleet.instance(id, settings, null);
	}

	private void startAll() {
		this.fleet.instances().forEach(FleetInstance::start);
		awaitInstances(this.fleet.instances().size());
	}

	/**
	 * Waits until each instance has announced itself.
	 */
	private void awaitInstances(int count) {
		await().until(() -> this.redis.template()
			.opsForHash()
			.keys("kv-events:{fleet:0}:hooks")
			.stream()
			.filter((field) -> field.toString().startsWith("i:"))
			.count() == count);
	}

	private void announce(String instanceId, Duration valid, String... hooks) {
		RedisConnection connection = this.fleet.connectionFactory.getConnection();
		try {
			new GroupMember(FleetInstance.NAMESPACE, 0, instanceId,
					new NamespaceCheck(FleetInstance.NAMESPACE, KeyNames.plain()))
				.announce(connection,
						Announcement.of("",
								Stream.of(hooks).map((id) -> KvReceiver.of(id, KeyFilter.prefix("k:"))).toList()),
						valid.toMillis(), "");
		}
		finally {
			connection.close();
		}
	}

	private String announcements() {
		return this.redis.template().opsForHash().values("kv-events:{fleet:0}:hooks").toString();
	}

	private long pendingOf(String instanceId) {
		return this.redis.template()
			.opsForStream()
			.pending("kv-events:{fleet:0}:expired", Consumer.from(ExpiredGroup.NAME, instanceId), Range.unbounded(),
					100)
			.size();
	}

	private static void expire(FleetInstance instance, List<String> keys) {
		Map<String, String> entries = new LinkedHashMap<>();
		keys.forEach((key) -> entries.put(key, "v"));
		instance.template.batchSet(entries, SetOptions.defaults().timeToLive(SOON));
	}

	private static List<String> keys(String prefix, int count) {
		return IntStream.range(0, count).mapToObj((number) -> prefix + number).toList();
	}

	private void awaitKeys(FleetInstance instance, String hook, List<String> keys) {
		await().until(() -> instance.keys(hook).size() >= keys.size());
		assertThat(instance.keys(hook)).containsExactlyInAnyOrderElementsOf(keys);
	}

	private List<String> keysOfAll(String hook) {
		return this.fleet.instances().stream().flatMap((instance) -> instance.keys(hook).stream()).toList();
	}

	private void awaitNothingLeft() {
		await().until(() -> length() == 0);
	}

	private long length() {
		return (Long) this.redis.execute("XLEN", "kv-events:{fleet:0}:expired");
	}

	private static ConditionFactory awaitLong() {
		return await().atMost(Duration.ofSeconds(60));
	}

	private record ExpiredListener(Queue<String> heard) implements ApplicationListener<KvExpiredEvent> {

		@Override
		public void onApplicationEvent(KvExpiredEvent event) {
			this.heard.add(event.getKey());
		}

	}

	private static KvEventTaps.Tap tap(String prefix, List<String> received) {
		return new KvEventTaps.Tap() {

			@Override
			public boolean isInterested(KvEventType type, String key) {
				return key.startsWith(prefix);
			}

			@Override
			public void onEvent(KvEvent event) {
				if (event.getType() == KvEventType.EXPIRED && event.getKey().startsWith(prefix)) {
					received.add(event.getKey());
				}
			}

		};
	}

}
