package io.github.kvevents.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.KvEvent;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvDeadLetter;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Another client writes anything under the keys of this library: no loop ends, and what
 * comes next is delivered.
 */
@ExtendWith(OutputCaptureExtension.class)
class ForeignBytesTests {

	private static final String OWN = "kv-events:{fuzz:0}:";

	private TestRedis redis;

	private Stranger stranger;

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Reactions reactions;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start("notify-keyspace-events", "Ex");
		this.stranger = new Stranger(this.redis);
		this.context = RedisApplication.of(Application.class, this.redis)
			.with("kv.events.namespace=fuzz", "kv.events.log.enabled=true", "spring.data.redis.timeout=20s",
					"kv.events.listener.lease=1s")
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.reactions = this.context.getBean(Reactions.class);
	}

	@AfterEach
	void stop(CapturedOutput output) {
		try {
			assertThat(this.context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class)
				.health()
				.getStatus()).isEqualTo(Status.UP);
			this.context.close();
			assertThat(output).doesNotContain("ERROR").doesNotContain("Exception in thread");
			assertThat(output.toString().lines().filter((line) -> line.startsWith("FORGED"))).isEmpty();
		}
		finally {
			this.context.close();
			this.redis.close();
		}
	}

	@Test
	void entriesOfTheChangeLog(CapturedOutput output) {
		this.template.set("a", "1");
		this.template.batchSet(Map.of("b", "1", "c", "2"));
		this.template.delete("a");
		this.template.set("d", "1", Duration.ofMillis(1));
		await().until(() -> this.reactions.expired.contains("d"));
		List<List<byte[]>> genuine = this.stranger.entries(OWN + "log");
		try (KvWatch watch = this.template.watch(WatchOptions.prefix("good:").bufferSize(10_000))) {
			for (int number = 0; number < 10; number++) {
				for (int entry = 0; entry < 50; entry++) {
					this.stranger.add(OWN + "log", this.stranger.mutated(genuine));
				}
				String key = "good:" + number;
				this.template.set(key, "x");
				await().until(() -> this.reactions.listened.contains(key) && this.reactions.everywhere.contains(key));
				KvEvent watched = watch.poll(Duration.ofSeconds(30));
				assertThat(watched).isNotNull();
				assertThat(watched.getKey()).isEqualTo(key);
			}
		}
		assertThat(this.reactions.listened).filteredOn((key) -> key.startsWith("good:")).hasSize(10);
		List<KvEvent> read = this.context.getBean(KvChangeLog.class)
			.read(ReadRequest.from(StartPosition.earliest()).limit(10_000))
			.events();
		assertThat(read).extracting(KvEvent::getKey).contains("good:0", "good:9");
		assertThat(output).containsOnlyOnce("is none of ours and was skipped");
	}

	@Test
	void deadLetters(CapturedOutput output) {
		this.template.set("poison:1", "x");
		this.template.set("poison:2", "y", Duration.ofHours(1));
		KvDeadLetters letters = this.context.getBean(KvListenerRegistry.class)
			.find("all")
			.orElseThrow()
			.getDeadLetters();
		await().until(() -> letters.count() == 2);
		List<List<byte[]>> genuine = this.stranger.entries(OWN + "dead:all");
		for (int letter = 0; letter < 200; letter++) {
			this.stranger.add(OWN + "dead:all", this.stranger.mutated(genuine));
		}
		this.stranger.run("HSET", OWN + "listener:all", "claim:" + letters.list(1).get(0).id().substring(2), "never");
		assertThat(letters.list(1000)).extracting((letter) -> letter.event().getKey()).contains("poison:1", "poison:2");
		assertThat(letters.list(1000)).hasSizeLessThan(150)
			.allSatisfy((letter) -> assertThat(letter.toString()).isNotEmpty());
		this.reactions.failing = false;
		assertThat(letters.redriveAll(1000)).isBetween(2, 150);
		assertThat(this.reactions.listened).contains("poison:1", "poison:2");
		assertThat(output).containsOnlyOnce("is none of ours and is left out: discard it");
		assertThat(letters.list(1000)).extracting(KvDeadLetter::error).isEmpty();
		long left = letters.count();
		assertThat(left).isPositive();
		for (String id : this.stranger.ids(OWN + "dead:all")) {
			assertThat(letters.discard("0:" + id)).isTrue();
		}
		assertThat(letters.count()).isZero();
	}

	@Test
	void deadlinesAndLastValues() {
		for (int number = 0; number < 150; number++) {
			String score = this.stranger.choose("inf", "-inf", "1.5", "-7", "1e300", "1e17", "12345");
			byte[] member = this.stranger.bytes();
			this.stranger.run("ZADD", OWN + "deadlines", score, member);
			this.stranger.run("ZADD", OWN + "recent", score, this.stranger.bytes());
			this.stranger.run("HSET", OWN + "values", member, this.stranger.bytes());
			if (number % 15 == 0) {
				String key = "good:" + number;
				this.stranger.run("ZADD", OWN + "deadlines", score, key);
				this.template.set(key, "first");
				this.stranger.run("ZADD", OWN + "deadlines", score, key);
				this.template.set(key, "last", Duration.ofMillis(2));
				await().until(() -> this.reactions.expired.contains(key));
				this.template.batchSet(Map.of(key, "x", key + "b", "y"));
				this.template.batchDelete(List.of(key, key + "b"));
				assertThat(this.context.getBean(ExpiryMonitor.class).getStatus().tracked()).isPositive();
			}
		}
		await().until(() -> this.reactions.listened.contains("good:135b"));
	}

	@Test
	void expiriesAndAnnouncements(CapturedOutput output) {
		List<List<byte[]>> genuine = List.of(List.of(bytes("key"), bytes("a"), bytes("deadline"),
				bytes("1700000000000"), bytes("at"), bytes("1700000000001"), bytes("by"), bytes("shop-1"),
				bytes("value"), bytes("x"), bytes("log"), bytes("1-1")));
		for (int number = 0; number < 10; number++) {
			for (int entry = 0; entry < 20; entry++) {
				this.stranger.add(OWN + "expired", this.stranger.mutated(genuine));
				this.stranger.run("HSET", OWN + "handed", this.stranger.bytes(), this.stranger.bytes());
				String id = String.valueOf(entry);
				this.stranger.run("HSET", OWN + "hooks", "i:" + id, this.stranger.choose("", "x", "1:2",
						"99999999999999:1:f", System.currentTimeMillis() + ":30000:" + id));
				this.stranger.run("HSET", OWN + "hooks", "h:" + id, this.stranger.bytes());
				this.stranger.run("HSET", OWN + "hooks", "v", this.stranger.bytes());
			}
			for (byte[] wake : keys(OWN + "wake:*")) {
				this.stranger.add(new String(wake, StandardCharsets.UTF_8),
						List.of(bytes("id"), this.stranger.bytes()));
				this.stranger.add(new String(wake, StandardCharsets.UTF_8),
						List.of(this.stranger.bytes(), this.stranger.bytes()));
			}
			String key = "good:" + number;
			this.template.set(key, "last", Duration.ofMillis(2));
			await().until(() -> this.reactions.expired.contains(key));
		}
		assertThat(this.reactions.expired).filteredOn((key) -> key.startsWith("good:")).doesNotHaveDuplicates();
		assertThat(output).contains("of the stream of expiries: it can't be read");
	}

	@SuppressWarnings("unchecked")
	private List<byte[]> keys(String pattern) {
		return (List<byte[]>) this.stranger.run("KEYS", pattern);
	}

	@Test
	void checkpointsAndLeases(CapturedOutput output) {
		KvListenerRegistry registry = this.context.getBean(KvListenerRegistry.class);
		for (int number = 0; number < 20; number++) {
			Queue<String> received = new ConcurrentLinkedQueue<>();
			for (String field : List.of("checkpoint", "operation", "ordinal", "trail", "epoch", "owner", "until",
					"lease", "taken", "removed", "obeyed", "instance:x", "aside:x")) {
				if (this.stranger.choose("yes", "no").equals("yes")) {
					this.stranger.run("HSET", OWN + "listener:fuzzed", field, this.stranger.bytes());
				}
			}
			this.stranger.run("ZADD", OWN + "listeners", this.stranger.choose("inf", "-inf", "1.5"),
					this.stranger.bytes());
			String key = "good:" + number;
			try (KvSubscription subscription = registry.register("fuzzed", ListenerOptions.defaults(),
					(event) -> received.add(event.getKey()))) {
				this.template.set(key, "x");
				await().until(() -> received.contains(key));
				assertThat(subscription.getStatus().partitions()).hasSize(1);
				this.stranger.run("HSET", OWN + "listener:fuzzed", "checkpoint", this.stranger.bytes());
				subscription.seek(StartPosition.earliest());
			}
		}
		assertThat(this.context.getBean(ChangeLogStore.class).getState(0).length()).isPositive();
		assertThat(output).contains("The checkpoint of listener 'fuzzed' in partition 0 can't be read");
	}

	@Test
	void entriesOfEventLogs() {
		KvEventLog log = this.context.getBean(KvEventLogs.class).open("fuzzed", EventLogOptions.defaults());
		Queue<LogEntry> followed = new ConcurrentLinkedQueue<>();
		log.tailAndFollow(followed::addAll);
		log.add(Map.of("celsius", 21, "place", "roof"));
		List<List<byte[]>> genuine = this.stranger.entries(OWN + "eventlog:fuzzed");
		for (int number = 0; number < 10; number++) {
			for (int entry = 0; entry < 50; entry++) {
				this.stranger.add(OWN + "eventlog:fuzzed", this.stranger.mutated(genuine));
			}
			int celsius = 100 + number;
			log.add(Map.of("celsius", celsius));
			await().until(() -> followed.stream().anyMatch((entry) -> has(entry, String.valueOf(celsius))));
		}
		assertThat(followed).hasSize(511).doesNotHaveDuplicates();
		assertThat(log.tail()).hasSize(511).allSatisfy((entry) -> assertThat(entry.toString()).isNotEmpty());
	}

	private static boolean has(LogEntry entry, String celsius) {
		byte[] value = entry.getRaw("celsius");
		return value != null && new String(value, StandardCharsets.UTF_8).equals(celsius);
	}

	@Test
	void notifications() {
		ExpiryNotificationBridge bridge = this.context.getBean(ExpiryNotificationBridge.class);
		await().until(() -> bridge.getStatus().state() == NotificationStatus.State.LISTENING);
		for (int number = 0; number < 10; number++) {
			for (int message = 0; message < 30; message++) {
				this.stranger.run("PUBLISH", "__keyevent@0__:expired", this.stranger.bytes());
			}
			String key = "foreign:" + number;
			this.stranger.run("PSETEX", key, "1", "x");
			await().until(() -> this.reactions.expired.contains(key));
		}
		assertThat(bridge.getStatus().dropped()).isZero();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static class Reactions {

		private final Queue<String> expired = new ConcurrentLinkedQueue<>();

		private final Queue<String> everywhere = new ConcurrentLinkedQueue<>();

		private final Queue<String> listened = new ConcurrentLinkedQueue<>();

		private volatile boolean failing = true;

		@OnKvExpired
		void onExpired(KvEvent event) {
			this.expired.add(event.getKey());
			look(event);
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void onChange(KvEvent event) {
			this.everywhere.add(event.getKey());
			look(event);
		}

		@KvListener(id = "all", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void onEvent(KvEvent event) {
			look(event);
			if (this.failing && event.getKey().startsWith("poison:")) {
				throw new IllegalStateException("as it may happen");
			}
			this.listened.add(event.getKey());
		}

		private static void look(KvEvent event) {
			assertThat(event.toString()).doesNotContain("\n").doesNotContain("\r");
			assertThat(event.getOrigin()).isNotBlank();
			assertThat(event.getValue(byte[].class)).isEqualTo(event.getRawValue());
			assertThat(event.getPreviousValue(byte[].class)).isEqualTo(event.getRawPreviousValue());
			assertThat(event.getOccurredAt()).isNotNull();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reactions.class)
	static class Application {

	}

}
