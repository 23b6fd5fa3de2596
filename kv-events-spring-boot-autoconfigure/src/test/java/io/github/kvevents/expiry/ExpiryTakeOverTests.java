package io.github.kvevents.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.stream.Consumer;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.test.TestRedis;
import io.github.kvevents.test.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who gets the expiries that an instance took and didn't finish.
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
	void whatIsLeftBehindManyThatAreNotIsFound() {
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
	void instanceThatIsStartedAnewUnderItsIdGoesOnAtOnce() {
		expire(250);
		take("me", 240);
		TrackedInstance again = instance("me").start();
		await().until(() -> again.expired().size() >= 250);
		assertThat(again.expired()).hasSize(250).doesNotHaveDuplicates();
		await().until(() -> again.tracker.getStatus().pending() == 0);
	}

	@Test
	void silentConsumerIsRemovedOnlyWhenItsWorkIsTakenOver() {
		expire(3);
		take("silent", 2);
		take("idle", 1);
		this.redis.execute("XACK", STREAM, ExpiredStream.GROUP, id(2));
		TrackedInstance instance = instance("me");
		// too old to be alive, too fresh to be claimed: only the consumer without work
		// goes
		await().until(() -> idleMillis("idle") > 10 && idleMillis("silent") > 10);
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			new ExpiredStream(STREAM, "me").removeGoneConsumers(connection, Duration.ofMillis(1));
		}
		assertThat(this.redis.template().opsForStream().consumers(STREAM, ExpiredStream.GROUP).stream())
			.extracting((consumer) -> consumer.consumerName())
			.containsExactly("silent");
		assertThat(instance.tracker.getStatus().pending()).isEqualTo(2);
	}

	@Test
	void expiryIsKeptUntilAsynchronousHooksAreDone() throws InterruptedException {
		HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();
		engine.start();
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Queue<String> heard = new ConcurrentLinkedQueue<>();
		engine.getRegistry().register(KvHookOptions.defaults().events(KvEventType.EXPIRED).async(), (event) -> {
			entered.countDown();
			finish.await(20, TimeUnit.SECONDS);
			heard.add(event.getKey());
		});
		ExpiryTracker tracker = ExpiryTracker
			.builder(this.connectionFactory, TrackedInstance.NAMESPACE, engine.getDispatcher(), new PlainKvCodec())
			.names(TrackedInstance.NAMES)
			.settings(PATIENT)
			.build();
		expire(1);
		tracker.start();
		try {
			assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
			// as long as it would take to be confirmed
			await().during(Duration.ofMillis(600)).until(() -> tracker.getStatus().pending() == 1);
			finish.countDown();
			await().until(() -> length() == 0);
			assertThat(heard).containsExactly("k0");
		}
		finally {
			finish.countDown();
			tracker.stop();
			engine.stop();
		}
	}

	/**
	 * Has keys expire, and their expiries lie there for anybody.
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
		this.redis.execute("XGROUP", "CREATE", STREAM, ExpiredStream.GROUP, "0");
	}

	/**
	 * Has an instance take expiries and do nothing with them.
	 * @return their ids
	 */
	private List<String> take(String instanceId, int count) {
		this.redis.execute("XREADGROUP", "GROUP", ExpiredStream.GROUP, instanceId, "COUNT", String.valueOf(count),
				"STREAMS", STREAM, ">");
		return this.redis.template()
			.opsForStream()
			.pending(STREAM, Consumer.from(ExpiredStream.GROUP, instanceId), Range.unbounded(), count)
			.stream()
			.map((message) -> message.getIdAsString())
			.toList();
	}

	private void abandon(String instanceId, List<String> ids, Duration silence) {
		ids.forEach((id) -> this.redis.execute("XCLAIM", STREAM, ExpiredStream.GROUP, instanceId, "0", id, "IDLE",
				String.valueOf(silence.toMillis()), "JUSTID"));
	}

	private String id(int index) {
		return this.redis.template().opsForStream().range(STREAM, Range.unbounded()).get(index).getId().getValue();
	}

	private long idleMillis(String instanceId) {
		return this.redis.template()
			.opsForStream()
			.consumers(STREAM, ExpiredStream.GROUP)
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

}
