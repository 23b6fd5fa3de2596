package io.github.kvevents.listener;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Listeners on a Redis that is killed, or resumes from an older state as after a failover
 * to a replica that lagged.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class RedisListenerFailoverTests {

	private static final String LOG = "kv-events:{listening:0}:log";

	private static final String LISTENER = "kv-events:{listening:0}:listener:audit";

	private static final byte[] LOG_NAME = LOG.getBytes(StandardCharsets.US_ASCII);

	private static final ListenerOptions OPTIONS = ListenerOptions.defaults().batchSize(8);

	private final List<ListeningInstance> instances = new ArrayList<>();

	private final Recorder recorder = new Recorder();

	private final TestRedis redis = TestRedis.start();

	/** Receives the same, with another listener. */
	private final Recorder companion = new Recorder();

	/**
	 * Whether each instance has another listener, so that they share what they read.
	 */
	boolean hasCompanion() {
		return false;
	}

	@AfterEach
	void tearDown() {
		this.instances.forEach(ListeningInstance::close);
		this.redis.close();
	}

	@Test
	void killedRedisThatKeepsItsLogLosesNothing() {
		try (TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");
				ListeningInstance instance = start(redis, "one")) {
			KvSubscription subscription = instance.listen("audit", OPTIONS.concurrency(3), this.recorder);
			for (int round = 0; round < 4; round++) {
				write(instance, "v", round * 40, 20);
				redis.kill();
				redis.restart();
				write(instance, "v", round * 40 + 20, 20);
			}
			await().until(() -> Set.copyOf(this.recorder.received()).size() == 160);
			assertInOrder(this.recorder.received());
			await().until(() -> subscription.getStatus().lag() == 0);
			assertThat(this.recorder.gaps).isEmpty();
			assertThat(instance.gaps).isEmpty();
		}
	}

	/**
	 * Where one is redelivered the first time counts.
	 */
	private static void assertInOrder(List<String> all) {
		Map<String, Integer> last = new HashMap<>();
		for (String received : new LinkedHashSet<>(all)) {
			String key = received.substring(0, received.indexOf('='));
			int number = Integer.parseInt(received.substring(received.indexOf('=') + 2));
			assertThat(number).as(key).isGreaterThan(last.getOrDefault(key, -1));
			last.put(key, number);
		}
	}

	/**
	 * A command could wait for a minute here, and a handler for two.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void stopsWithoutWaitingForARedisThatIsGone(boolean interruptedInCommand) {
		ListenerSettings settings = new ListenerSettings(Duration.ofSeconds(interruptedInCommand ? 1 : 40),
				Duration.ofMinutes(2));
		ListeningInstance instance = ListeningInstance
			.onRedis(this.redis.connectionFactory(this.redis.getPort(), Duration.ofMinutes(1)), "one", 3, settings);
		KvSubscription subscription = instance.listen("audit", OPTIONS, this.recorder);
		await().until(() -> subscription.getStats().partitions() == 3);
		write(instance, "v", 0, 20);
		await().until(() -> this.recorder.size() == 20);
		this.redis.kill();
		if (interruptedInCommand) {
			await().until(() -> turn().contains("LettuceConnection.await"));
		}
		assertThat(CompletableFuture.runAsync(instance::close)).succeedsWithin(Duration.ofSeconds(30));
		assertThat(subscription.getState()).isEqualTo(SubscriptionState.STOPPED);
		assertThat(turn() + stackOf("kv-change-feed")).isEmpty();
	}

	/**
	 * Each is interrupted about a second after it begins to stop, not one after the
	 * other.
	 */
	@Test
	void manyListenersStopAtOnceWithoutWaitingForARedisThatIsGone() {
		ListenerSettings settings = new ListenerSettings(Duration.ofMinutes(2), Duration.ofSeconds(3));
		ListeningInstance instance = ListeningInstance
			.onRedis(this.redis.connectionFactory(this.redis.getPort(), Duration.ofMinutes(1)), "one", 1, settings);
		List<KvSubscription> subscriptions = IntStream.range(0, 200)
			.mapToObj((number) -> instance.listen("audit-" + number, OPTIONS, this.recorder))
			.toList();
		await().until(() -> subscriptions.stream().allMatch((each) -> each.getStats().partitions() == 1));
		this.redis.kill();
		instance.close();
		assertThat(subscriptions).extracting(KvSubscription::getState).containsOnly(SubscriptionState.STOPPED);
	}

	/** Where a loop is, unless it waits for its next turn. */
	private static String turn() {
		return Thread.getAllStackTraces()
			.values()
			.stream()
			.map(Arrays::toString)
			.filter((stack) -> stack.contains(SubscriptionLoop.class.getName()))
			.collect(Collectors.joining());
	}

	private static String stackOf(String thread) {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().getName().equals(thread))
			.map((entry) -> Arrays.toString(entry.getValue()))
			.collect(Collectors.joining());
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 6, 30 })
	void ownerGoesBackWhenNewEntriesHaveThePlacesOfLostOnes(int written, CapturedOutput output) {
		KvSubscription subscription = loseTheEndOfTheLog(true, true);
		write(this.instances.get(0), "new", 0, written);
		assertResumes(subscription, this.instances.get(0), written, output);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 30 })
	void ownerGoesBackWhenNewEntriesHaveLowerPlaces(int written, CapturedOutput output) {
		KvSubscription subscription = loseTheEndOfTheLog(false, true);
		write(this.instances.get(0), "new", 0, written);
		assertResumes(subscription, this.instances.get(0), written, output);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void newOwnerGoesBackByWhatIsStored(boolean samePlaces, CapturedOutput output) {
		loseTheEndOfTheLog(samePlaces, false);
		ListeningInstance other = start("two");
		write(other, "new", 0, 30);
		assertResumes(other.listen("audit", OPTIONS, this.recorder), other, 30, output);
	}

	/**
	 * Also those that no stored position is near to: what is stored gets sparse with its
	 * age.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handledEntriesThatTheLogStillHasDontComeAgain(boolean listenerIsStored, CapturedOutput output) {
		ListeningInstance instance = start("one");
		KvSubscription subscription = listenAndWrite(instance, 12);
		long ahead = System.currentTimeMillis() + 3_600_000;
		writeAt(ahead - 100, instance, subscription, "old", 12, 5);
		writeAt(ahead, instance, subscription, "old", 17, 3);
		byte[] log = dump();
		writeAt(ahead + 100, instance, subscription, "lost", 0, 3);
		writeAt(ahead + 1000, instance, subscription, "lost", 3, 3);
		assertThat(this.redis.template().opsForHash().get(LISTENER, "trail")).asString()
			.contains(ahead + 100 + "-")
			.contains(ahead - 100 + "-")
			.doesNotContain(ahead + "-");
		if (!listenerIsStored) {
			this.redis.execute("DEL", LISTENER);
		}
		restore(log, null);
		write(instance, "new", 0, 30);
		assertResumes(subscription, instance, 30, output);
	}

	private void writeAt(long millis, ListeningInstance instance, KvSubscription subscription, String text, int from,
			int count) {
		this.redis.execute("XSETID", LOG, millis + "-0");
		int before = this.recorder.size();
		write(instance, text, from, count);
		await().until(() -> this.recorder.size() == before + count);
		await().until(() -> isWritten(instance, subscription));
	}

	@Test
	void logThatBeganAnewIsReadFromItsStart(CapturedOutput output) {
		ListeningInstance first = start("one");
		listenAndWrite(first, 20);
		first.close();
		this.redis.execute("DEL", LOG);
		ListeningInstance other = start("two");
		write(other, "new", 0, 30);
		assertResumes(other.listen("audit", OPTIONS, this.recorder), other, 30, output);
	}

	/**
	 * Has a listener receive 20 changes, then six more, and takes these from the log.
	 * Their positions are far ahead: they were written on a server with another clock.
	 */
	private KvSubscription loseTheEndOfTheLog(boolean samePlaces, boolean goOn) {
		ListeningInstance instance = start("one");
		KvSubscription subscription = listenAndWrite(instance, 20);
		byte[] log = dump();
		String ahead = System.currentTimeMillis() + 3_600_000 + "-0";
		this.redis.execute("XSETID", LOG, ahead);
		write(instance, "lost", 0, 6);
		awaitReceived(26);
		await().until(() -> isWritten(instance, subscription));
		if (!goOn) {
			instance.close();
		}
		restore(log, samePlaces ? ahead : null);
		return subscription;
	}

	private void assertResumes(KvSubscription subscription, ListeningInstance instance, int written,
			CapturedOutput output) {
		await().until(() -> this.recorder.size() >= 20 + written
				&& Set.copyOf(this.recorder.received()).containsAll(values("new", written))
				&& !this.recorder.gaps.isEmpty());
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=old")))
			.as("are in the log still")
			.hasSize(20);
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=new")).distinct())
			.containsExactlyElementsOf(values("new", written));
		await().until(() -> subscription.getStatus().lag() == 0);
		assertThat(this.recorder.gaps).hasSize(1);
		assertGaps(instance, written);
		assertThat(subscription.getStats().gaps()).isEqualTo(1);
		await().until(() -> output.getAll().contains("Listener 'audit' missed changes of partition 0"));
		write(instance, "end", 0, 1);
		await().until(() -> this.recorder.received().contains("key:0=end0"));
	}

	@Test
	void olderStateOfTheWholeServerIsGoneOnFrom() {
		ListeningInstance instance = start("one");
		KvSubscription subscription = listenAndWrite(instance, 20);
		this.redis.execute("SAVE");
		loseWhatCameSince(instance, subscription);
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=old"))).hasSize(20);
	}

	@Test
	void stateInWhichAnotherInstanceHadThePartitionIsGoneOnFrom() {
		ListeningInstance before = start("zero");
		listenAndWrite(before, 20);
		before.close();
		this.redis.execute("SAVE");
		ListeningInstance instance = start("one");
		KvSubscription subscription = instance.listen("audit", OPTIONS, this.recorder);
		loseWhatCameSince(instance, subscription);
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=old"))).hasSize(20);
	}

	@Test
	void stateWithoutTheListenerIsGoneOnFrom() {
		ListeningInstance instance = start("one");
		write(instance, "old", 0, 20);
		this.redis.execute("SAVE");
		KvSubscription subscription = instance.listen("audit", OPTIONS, this.recorder);
		await().until(() -> this.recorder.size() == 20);
		await().until(() -> isWritten(instance, subscription));
		loseWhatCameSince(instance, subscription);
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=old"))).hasSize(20);
	}

	private void loseWhatCameSince(ListeningInstance instance, KvSubscription subscription) {
		write(instance, "lost", 0, 12);
		awaitReceived(32);
		await().until(() -> isWritten(instance, subscription));
		this.redis.kill();
		this.redis.restart();
		write(instance, "new", 0, 30);
		await().until(() -> Set.copyOf(this.recorder.received()).containsAll(values("new", 30))
				&& !this.recorder.gaps.isEmpty());
		assertThat(this.recorder.received().stream().filter((received) -> received.contains("=new")).distinct())
			.containsExactlyElementsOf(values("new", 30));
		await().until(() -> subscription.getStatus().lag() == 0);
		assertGaps(instance, 30);
	}

	private void assertGaps(ListeningInstance instance, int written) {
		if (hasCompanion()) {
			await().until(() -> instance.gaps.size() > 1
					&& Set.copyOf(this.companion.received()).containsAll(values("new", written)));
			assertThat(this.companion.gaps).hasSize(1);
			assertThat(this.companion.received().stream().filter((received) -> received.contains("=new")).distinct())
				.containsExactlyElementsOf(values("new", written));
		}
		assertThat(instance.gaps).hasSize(hasCompanion() ? 2 : 1);
	}

	private void awaitReceived(int count) {
		await().until(() -> this.recorder.size() == count
				&& (!hasCompanion() || Set.copyOf(this.companion.received()).containsAll(this.recorder.received())));
	}

	private KvSubscription listenAndWrite(ListeningInstance instance, int count) {
		KvSubscription subscription = instance.listen("audit", OPTIONS, this.recorder);
		write(instance, "old", 0, count);
		await().until(() -> this.recorder.size() == count);
		await().until(() -> isWritten(instance, subscription));
		return subscription;
	}

	private static boolean isWritten(ListeningInstance instance, KvSubscription subscription) {
		return instance.log.getState(0).last().equals(subscription.getStatus().partitions().get(0).checkpoint());
	}

	private byte[] dump() {
		return this.redis.template()
			.execute((RedisCallback<byte[]>) (connection) -> connection.keyCommands().dump(LOG_NAME));
	}

	/**
	 * In one step, so that nobody sees one without the other.
	 * @param ahead behind which position the next entry comes, {@code null} for the time
	 */
	private void restore(byte[] log, @Nullable String ahead) {
		this.redis.template().execute((RedisCallback<Object>) (connection) -> {
			connection.multi();
			connection.keyCommands().restore(LOG_NAME, 0, log, true);
			if (ahead != null) {
				connection.execute("XSETID", LOG_NAME, ahead.getBytes(StandardCharsets.US_ASCII));
			}
			return connection.exec();
		});
	}

	/**
	 * Writes what comes after a number to seven keys in turn; while Redis is away, until
	 * it is there.
	 */
	private static void write(ListeningInstance instance, String text, int from, int count) {
		IntStream.range(from, from + count)
			.forEach((number) -> await().pollDelay(Duration.ZERO).ignoreExceptions().until(() -> {
				instance.template.set("key:" + number % 7, text + number);
				return true;
			}));
	}

	private static List<String> values(String text, int count) {
		return IntStream.range(0, count).mapToObj((number) -> "key:" + number % 7 + "=" + text + number).toList();
	}

	private ListeningInstance start(String id) {
		ListeningInstance instance = start(this.redis, id);
		this.instances.add(instance);
		if (hasCompanion()) {
			instance.listen("companion", OPTIONS, this.companion);
		}
		return instance;
	}

	private static ListeningInstance start(TestRedis redis, String id) {
		return ListeningInstance.onRedis(redis.connectionFactory(), id, 1);
	}

}
