package io.github.kvevents.redis.expiry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.RecordId;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.TrackingMode;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookCallback;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.ExpiredGroup;
import io.github.kvevents.redis.NamespaceCheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Expiries that an instance has taken and not acknowledged are claimed by another one.
 */
@ExtendWith(TestRedisExtension.class)
class ExpiryTakeOverTests {

	private static final String STREAM = "kv-events:{shop:0}:expired";

	/** So long that nothing is claimed for having waited during a test. */
	private static final TrackingSettings PATIENT = TrackingSettings.defaults()
		.claimAfter(Duration.ofMinutes(2))
		.delivery(2000, 2)
		.stopTimeout(Duration.ofSeconds(1));

	private final TestRedis redis;

	private final RedisConnectionFactory connectionFactory;

	private final List<TrackedInstance> instances = new ArrayList<>();

	ExpiryTakeOverTests(TestRedis redis) {
		this.redis = redis;
		this.connectionFactory = redis.template().getRequiredConnectionFactory();
	}

	@AfterEach
	void stop() {
		this.instances.forEach(TrackedInstance::close);
	}

	@Test
	void expiriesTakenBeforeTheClockWasSetBackAreClaimed() {
		try (TestRedis redis = TestRedis.start("enable-debug-command", "yes")) {
			TrackedInstance writer = new TrackedInstance(redis.connectionFactory(), (tracker) -> tracker);
			writer.template.set("a", "1", Duration.ofMillis(1));
			writer.start();
			await().atMost(Duration.ofSeconds(20)).until(() -> writer.expired().equals(List.of("a")));
			writer.close();
			takeInAnHour(redis);
			TrackedInstance other = new TrackedInstance(redis.connectionFactory(),
					(tracker) -> tracker.settings(PATIENT.claimAfter(Duration.ofSeconds(1))))
				.start();
			await().atMost(Duration.ofSeconds(20)).until(() -> other.expired().equals(List.of("b")));
			other.close();
		}
	}

	/**
	 * Makes a dead instance the owner of an expiry, by the clock of the server an hour
	 * ahead: no command can, so it is done in what the server would save.
	 */
	private static void takeInAnHour(TestRedis redis) {
		RedisConnection connection = redis.connectionFactory().getConnection();
		byte[] stream = STREAM.getBytes(StandardCharsets.US_ASCII);
		try {
			RecordId id = redis.template()
				.opsForStream()
				.add(STREAM, Map.of("key", "app:b", "deadline", "1", "at", "1", "by", "gone", "value", "1"));
			assertThat(id).isNotNull();
			long millis = Long.parseLong(id.getValue().split("-")[0]);
			redis.execute("XREADGROUP", "GROUP", ExpiredGroup.NAME, "gone", "STREAMS", STREAM, ">");
			ByteBuffer dump = ByteBuffer.wrap(connection.keyCommands().dump(stream)).order(ByteOrder.LITTLE_ENDIAN);
			byte[] rawId = ByteBuffer.allocate(16).putLong(millis).putLong(0).array();
			int patched = 0;
			for (int index = 0; index + 24 < dump.capacity(); index++) {
				long taken = dump.getLong(index + 16);
				if (Arrays.equals(rawId, 0, 16, dump.array(), index, index + 16) && Math.abs(taken - millis) < 60_000) {
					dump.putLong(index + 16, taken + Duration.ofHours(1).toMillis());
					patched++;
				}
			}
			assertThat(patched).isEqualTo(1);
			connection.execute("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION".getBytes(StandardCharsets.US_ASCII),
					"1".getBytes(StandardCharsets.US_ASCII));
			connection.keyCommands().restore(stream, 0, dump.array(), true);
		}
		finally {
			connection.close();
		}
	}

	@Test
	void idleExpiryBehindManyActiveOnesIsClaimed() {
		expire(1300);
		take("busy", 1250);
		List<String> left = take("gone", 50);
		abandon("gone", left, Duration.ofMinutes(3));
		TrackedInstance heir = instance("heir").start();
		await().until(() -> heir.expired().size() >= 50);
		assertThat(heir.expired()).hasSize(50).doesNotHaveDuplicates();
		assertThat(heir.tracker.getActivity().redelivered()).isEqualTo(50);
		await().until(() -> heir.tracker.getStatus().pending() == 1250);
	}

	@Test
	void instanceThatRestartsUnderItsIdResumesAtOnce() {
		expire(250);
		take("me", 240);
		TrackedInstance again = instance("me").start();
		await().until(() -> again.expired().size() >= 250);
		assertThat(again.expired()).hasSize(250).doesNotHaveDuplicates();
		await().until(() -> again.tracker.getStatus().pending() == 0);
	}

	@Test
	void idleConsumerIsRemovedOnlyAfterItsExpiriesAreClaimed() {
		expire(3);
		take("silent", 2);
		take("idle", 1);
		this.redis.execute("XACK", STREAM, ExpiredGroup.NAME, id(2));
		TrackedInstance instance = instance("me");
		// too old to be alive, too fresh to be claimed: only the consumer without work
		// goes
		await().until(() -> idleMillis("idle") > 10 && idleMillis("silent") > 10);
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			new ExpiredStream(this.connectionFactory, TrackedInstance.NAMESPACE, 0, "me",
					new NamespaceCheck(TrackedInstance.NAMESPACE, TrackedInstance.NAMES))
				.removeGoneConsumers(connection, Duration.ofMillis(1));
		}
		assertThat(this.redis.template().opsForStream().consumers(STREAM, ExpiredGroup.NAME).stream())
			.extracting((consumer) -> consumer.consumerName())
			.containsExactly("silent");
		assertThat(instance.tracker.getStatus().pending()).isEqualTo(2);
	}

	@Test
	void expiryIsKeptUntilAsynchronousHooksAreDone() throws InterruptedException {
		withHangingHook(PATIENT, (tracker, hook) -> {
			// as long as it would take to be confirmed
			await().during(Duration.ofMillis(600)).until(() -> tracker.getStatus().pending() == 1);
			hook.finish.countDown();
			await().until(() -> length() == 0);
			assertThat(hook.heard).containsExactly("k0");
		});
	}

	@Test
	void expiryClaimedByTheInstanceThatHandlesItIsNotRedelivered() throws InterruptedException {
		withHangingHook(PATIENT.claimAfter(Duration.ofMillis(700)), (tracker, hook) -> {
			for (int time = 0; time < 3; time++) {
				// as if another instance had taken it, and died
				abandon("gone", List.of(id(0)), Duration.ofMinutes(3));
				await().until(() -> pendingOf("gone") == 0);
			}
			hook.finish.countDown();
			await().until(() -> length() == 0);
			assertThat(hook.heard).containsExactly("k0");
			assertThat(tracker.getActivity().redelivered()).isZero();
		});
	}

	/**
	 * Delivers an expiry to an asynchronous hook that does not return.
	 */
	private void withHangingHook(TrackingSettings settings, BiConsumer<ExpiryTracker, HangingHook> test)
			throws InterruptedException {
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		engine.start();
		HangingHook hook = new HangingHook();
		engine.getRegistry().register(KvHookOptions.defaults().events(KvEventType.EXPIRED).async(), hook);
		ExpiryTracker tracker = ExpiryTracker
			.builder(this.connectionFactory, TrackedInstance.NAMESPACE, engine.getDispatcher(), new PlainKvCodec())
			.names(TrackedInstance.NAMES)
			.settings(settings)
			.build();
		expire(1);
		tracker.start();
		try {
			assertThat(hook.entered.await(20, TimeUnit.SECONDS)).isTrue();
			test.accept(tracker, hook);
		}
		finally {
			hook.finish.countDown();
			tracker.stop();
			engine.stop();
		}
	}

	private long pendingOf(String instanceId) {
		return this.redis.template()
			.opsForStream()
			.pending(STREAM, Consumer.from(ExpiredGroup.NAME, instanceId), Range.unbounded(), 10)
			.size();
	}

	/**
	 * Lets keys expire whose expiries no instance has taken.
	 */
	private void expire(int count) {
		TrackedInstance writer = new TrackedInstance(this.connectionFactory,
				(tracker) -> tracker.settings(PATIENT.mode(TrackingMode.ALL)));
		writer.dispatcher.heard(false);
		Map<String, String> entries = new ConcurrentHashMap<>();
		IntStream.range(0, count).forEach((number) -> entries.put("k" + number, "v"));
		writer.template.batchSet(entries, SetOptions.defaults().timeToLive(Duration.ofMillis(1)));
		writer.start();
		await().until(() -> length() == count);
		writer.close();
	}

	/**
	 * Lets an instance take expiries without handling them.
	 * @return their ids
	 */
	private List<String> take(String instanceId, int count) {
		this.redis.execute("XREADGROUP", "GROUP", ExpiredGroup.NAME, instanceId, "COUNT", String.valueOf(count),
				"STREAMS", STREAM, ">");
		return this.redis.template()
			.opsForStream()
			.pending(STREAM, Consumer.from(ExpiredGroup.NAME, instanceId), Range.unbounded(), count)
			.stream()
			.map((message) -> message.getIdAsString())
			.toList();
	}

	private void abandon(String instanceId, List<String> ids, Duration silence) {
		ids.forEach((id) -> this.redis.execute("XCLAIM", STREAM, ExpiredGroup.NAME, instanceId, "0", id, "IDLE",
				String.valueOf(silence.toMillis()), "JUSTID"));
	}

	private String id(int index) {
		return this.redis.template().opsForStream().range(STREAM, Range.unbounded()).get(index).getId().getValue();
	}

	private long idleMillis(String instanceId) {
		return this.redis.template()
			.opsForStream()
			.consumers(STREAM, ExpiredGroup.NAME)
			.stream()
			.filter((consumer) -> consumer.consumerName().equals(instanceId))
			.mapToLong((consumer) -> consumer.idleTimeMs())
			.findFirst()
			.orElseThrow();
	}

	private long length() {
		return (Long) this.redis.execute("XLEN", STREAM);
	}

	private TrackedInstance instance(String id) {
		TrackedInstance instance = new TrackedInstance(this.connectionFactory,
				(tracker) -> tracker.instanceId(id).settings(PATIENT));
		this.instances.add(instance);
		return instance;
	}

	/**
	 * A hook that waits until the test lets it finish.
	 */
	private static final class HangingHook implements KvHookCallback {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch finish = new CountDownLatch(1);

		private final Queue<String> heard = new ConcurrentLinkedQueue<>();

		@Override
		public void onEvent(KvEvent event) throws InterruptedException {
			this.heard.add(event.getKey());
			this.entered.countDown();
			this.finish.await(20, TimeUnit.SECONDS);
		}

	}

}
