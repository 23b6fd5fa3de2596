package io.github.kvevents.redis.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationListener;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.fixture.PseudoTransactionManager;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.store.ChangeLogSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An expiry that a write of its key detects: the writing instance delivers it, before the
 * write, and no other instance does while that one is alive. Nothing sweeps.
 */
@ExtendWith(TestRedisExtension.class)
class EndedBeforeWriteTests {

	private static final String STREAM = "kv-events:{fleet:0}:expired";

	/** The lease of another instance may last as long as these say. */
	private static final TrackingSettings SETTINGS = FleetInstance.SETTINGS.sweep(Duration.ofMinutes(10), 100);

	private final TestRedis redis;

	private final RedisConnectionFactory connectionFactory;

	private final List<FleetInstance> instances = new ArrayList<>();

	private final Map<String, Queue<KvEvent>> events = new ConcurrentHashMap<>();

	EndedBeforeWriteTests(TestRedis redis) {
		this.redis = redis;
		this.connectionFactory = redis.template().getRequiredConnectionFactory();
	}

	@BeforeEach
	void haveNobodySweep() {
		this.redis.template().opsForValue().set("kv-events:{fleet:0}:sweeper", "other", Duration.ofMinutes(5));
	}

	@AfterEach
	void stop() {
		this.instances.forEach(FleetInstance::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void writerDeliversTheExpiryBeforeItsWrite(boolean logged) {
		FleetInstance a = start("a", logged);
		start("b", logged);
		FleetInstance other = new FleetInstance(this.connectionFactory, "other", FleetInstance.SETTINGS,
				log("other", logged));
		other.hook("h", "k:");
		for (int number = 0; number < 15; number++) {
			String key = "k:" + number;
			other.template.set(key, "old\n:+" + number, Duration.ofMillis(1));
			await().until(() -> !a.template.hasKey(key));
			a.template.set(key, "new");
		}
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		await().until(() -> events("a").size() >= 30);
		assertThat(events("b")).isEmpty();
		for (int number = 0; number < 15; number++) {
			String key = "k:" + number;
			List<KvEvent> ofKey = events("a").stream().filter((event) -> event.getKey().equals(key)).toList();
			assertThat(ofKey).extracting(KvEvent::getType).containsExactly(KvEventType.EXPIRED, KvEventType.SET);
			KvExpiredEvent expired = (KvExpiredEvent) ofKey.get(0);
			assertThat(expired.getPreviousValue(String.class)).isEqualTo("old\n:+" + number);
			assertThat(expired.getOrigin()).isEqualTo("a");
			assertThat(expired.getDeadline()).isNotNull();
			assertThat(expired.getPosition() != null).isEqualTo(logged);
		}
		assertThat(a.tracker.getActivity().delivered()).isEqualTo(15);
	}

	/**
	 * The script of the write has taken the expiry, and no instance knows about it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "a", "dead" })
	void expiryOfAWriteWithALostReplyIsDelivered(String writer) {
		FleetInstance a = start("a", SETTINGS.claimAfter(Duration.ofSeconds(2)), null);
		String now = String.valueOf(System.currentTimeMillis());
		this.redis.execute("EVAL", """
				redis.call('XADD', KEYS[1], '*', 'key', 'k:lost', 'deadline', ARGV[2], 'at', ARGV[2], 'by', ARGV[1])
				redis.call('XREADGROUP', 'GROUP', 'hooks', ARGV[1], 'COUNT', 1, 'STREAMS', KEYS[1], '>')""", "1",
				STREAM, writer, now);
		await().atMost(Duration.ofSeconds(30)).until(() -> !events("a").isEmpty());
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		assertThat(events("a")).extracting(KvEvent::getKey).containsExactly("k:lost");
		assertThat(a.tracker.getActivity().delivered()).isEqualTo(1);
	}

	/**
	 * Each lifetime of the key expires undetected while an earlier one is still being
	 * handled.
	 */
	@Test
	void expiryIsDeliveredAfterAnEarlierOneOfItsKey() {
		FleetInstance a = start("a", false);
		CountDownLatch release = new CountDownLatch(1);
		a.engine.getRegistry()
			.register(KvHookOptions.defaults().id("slow").events(KvEventType.EXPIRED), (event) -> release.await());
		for (int life = 0; life < 3; life++) {
			addRead(life);
		}
		await().until(() -> events("a").size() == 1);
		FleetInstance other = new FleetInstance(this.connectionFactory, "other");
		other.hook("h", "k");
		other.template.set("k", "3", Duration.ofMillis(1));
		await().until(() -> !a.template.hasKey("k"));
		a.template.set("k", "new");
		release.countDown();
		await().until(() -> events("a").size() == 5);
		assertThat(events("a").stream().filter(KvExpiredEvent.class::isInstance))
			.extracting((event) -> event.getPreviousValue(String.class))
			.containsExactly("0", "1", "2", "3");
	}

	@Test
	void writerHandsTheExpiryOnToAHookOfAnotherInstance() {
		FleetInstance a = start("a", false);
		FleetInstance b = start("b", false);
		b.hook("only-b", "k:");
		await().until(() -> this.redis.template().opsForHash().size("kv-events:{fleet:0}:hooks") == 5);
		FleetInstance other = new FleetInstance(this.connectionFactory, "other");
		other.hook("h", "k:");
		for (int number = 0; number < 10; number++) {
			String key = "k:" + number;
			other.template.set(key, "old", Duration.ofMillis(1));
			await().until(() -> !a.template.hasKey(key));
			a.template.set(key, "new");
		}
		await().until(() -> b.keys("only-b").size() >= 10);
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		assertThat(b.keys("only-b")).hasSize(10).doesNotHaveDuplicates();
		assertThat(events("b")).isEmpty();
	}

	private Queue<KvEvent> events(String instanceId) {
		return this.events.computeIfAbsent(instanceId, (id) -> new ConcurrentLinkedQueue<>());
	}

	/**
	 * Expires a lifetime of a key, as a sweep does.
	 */
	private void addRead(int life) {
		String now = String.valueOf(System.currentTimeMillis());
		this.redis.execute("XADD", STREAM, "*", "key", "k", "deadline", now, "at", now, "by", "sweeper", "value",
				String.valueOf(life));
		this.redis.execute("ZADD", "kv-events:{fleet:0}:recent", now, "k");
	}

	/**
	 * What a hook or listener on the writer's thread did within the writer's transaction
	 * is undone with it: asynchronous hooks have nothing of that.
	 */
	@Test
	void expiryIsRedeliveredAfterARollbackOfTheTransaction() {
		FleetInstance a = start("a", false);
		List<String> received = new CopyOnWriteArrayList<>();
		a.engine.getRegistry()
			.register(KvHookOptions.defaults().id("sync").events(KvEventType.EXPIRED),
					(event) -> received.add("sync " + TransactionSynchronizationManager.isActualTransactionActive()));
		a.context.addApplicationListener(new ExpiryListener(received));
		TransactionTemplate transaction = new TransactionTemplate(new PseudoTransactionManager());
		transaction.executeWithoutResult((status) -> {
			overwriteEnded(a, "k:1");
			assertThat(received).containsExactly("sync true", "listener true");
			status.setRollbackOnly();
		});
		await().until(() -> received.size() == 4);
		assertThat(received.subList(2, 4)).containsExactly("sync false", "listener false");
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		received.clear();
		transaction.executeWithoutResult((status) -> overwriteEnded(a, "k:2"));
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		await().until(() -> events("a").size() == 4);
		assertThat(received).containsExactly("sync true", "listener true");
		assertThat(events("a")).extracting(KvEvent::toString).doesNotHaveDuplicates();
		assertThat(events("a")).extracting(KvEvent::getType)
			.containsExactly(KvEventType.EXPIRED, KvEventType.SET, KvEventType.EXPIRED, KvEventType.SET);
	}

	@Test
	void expiryIsKeptUntilTheTransactionOfTheWriterHasEnded() {
		FleetInstance a = start("a", false);
		new TransactionTemplate(new PseudoTransactionManager()).executeWithoutResult((status) -> {
			overwriteEnded(a, "k:1");
			await().until(() -> events("a").size() == 2);
			assertThat((Long) this.redis.execute("XLEN", STREAM)).as("unacknowledged, so that a crash loses nothing")
				.isEqualTo(1);
		});
		await().until(() -> (Long) this.redis.execute("XLEN", STREAM) == 0);
		assertThat(events("a")).hasSize(2);
	}

	private void overwriteEnded(FleetInstance instance, String key) {
		FleetInstance other = new FleetInstance(this.connectionFactory, "other");
		other.hook("h", "k:");
		other.template.set(key, "old", Duration.ofMillis(1));
		await().until(() -> !instance.template.hasKey(key));
		instance.template.set(key, "new");
	}

	private FleetInstance start(String id, boolean logged) {
		return start(id, SETTINGS, log(id, logged));
	}

	private FleetInstance start(String id, TrackingSettings settings, @Nullable ChangeLogSettings log) {
		FleetInstance instance = new FleetInstance(this.connectionFactory, id, settings, log);
		this.instances.add(instance);
		instance.engine.getRegistry()
			.register(KvHookOptions.defaults().id("both").async(), (event) -> events(id).add(event));
		instance.start();
		await().until(instance.tracker::deliversEnded);
		return instance;
	}

	private static @Nullable ChangeLogSettings log(String id, boolean logged) {
		return logged ? new ChangeLogSettings(FleetInstance.NAMESPACE, id, 1000, Duration.ofHours(1)) : null;
	}

	private record ExpiryListener(List<String> received) implements ApplicationListener<KvExpiredEvent> {

		@Override
		public void onApplicationEvent(KvExpiredEvent event) {
			this.received.add("listener " + TransactionSynchronizationManager.isActualTransactionActive());
		}

	}

}
