package io.github.kvevents.docs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.core.RedisCallback;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.expiry.NotificationStatus;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvSubscription;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EntryId;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A user of Redis on the page about security, with an application that uses what the user
 * is for.
 */
enum UserOfOneFeature {

	PLAIN("shop-plain", Plain.class, "tracking.mode=off", "notifications.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			operations(context);
			assertThat(context.getBean(Plain.class).created).contains("order:1");
		}

	},

	EXPIRY("shop-expiry", Expiring.class, "notifications.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			operations(context);
			expiry(context);
		}

	},

	NOTIFICATIONS("shop-notifications", Expiring.class, "tracking.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			notification(context, redis);
		}

	},

	LOG("shop-log", Everywhere.class, "tracking.mode=off", "notifications.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			operations(context);
			log(context);
		}

	},

	LISTENERS("shop-log", Listening.class, "tracking.mode=off", "notifications.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			operations(context);
			listener(context);
		}

	},

	EVENT_LOGS("shop-eventlogs", Application.class, "tracking.mode=off", "notifications.mode=off") {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			eventLog(context, redis);
		}

	},

	EVERYTHING("shop", Everything.class) {

		@Override
		void use(ConfigurableApplicationContext context, TestRedis redis) {
			operations(context);
			expiry(context);
			notification(context, redis);
			log(context);
			listener(context);
			eventLog(context, redis);
		}

	};

	final String user;

	final Class<?> application;

	private final String properties;

	UserOfOneFeature(String user, Class<?> application, String... properties) {
		this.user = user;
		this.application = application;
		this.properties = String.join(",", properties);
	}

	/**
	 * Uses the feature, and asserts that it works.
	 * @param redis the server, to act as another client
	 */
	abstract void use(ConfigurableApplicationContext context, TestRedis redis);

	List<String> properties() {
		return Stream.of(this.properties.split(","))
			.filter((property) -> !property.isEmpty())
			.map((property) -> "kv.events.expiry." + property)
			.toList();
	}

	boolean logged() {
		return this == LOG || this == LISTENERS || this == EVERYTHING;
	}

	private static void operations(ConfigurableApplicationContext context) {
		KvTemplate template = context.getBean(KvTemplate.class);
		try (KvWatch watch = template.watch(WatchOptions.prefix("order:").initialReplay())) {
			assertThat(template.set("order:1", "a")).isEqualTo(KvSetResult.CREATED);
			template.set("order:1", "b", SetOptions.defaults().keepTimeToLive().ifPresent());
			template.set("order:4", "b", SetOptions.defaults().ifAbsent());
			template.batchSet(Map.of("order:2", "c", "order:3", "d"),
					SetOptions.defaults().timeToLive(Duration.ofHours(1)));
			template.batchSet(Map.of("order:5", "e", "order:6", "f"));
			assertThat(template.batchDelete(List.of("order:5", "order:6"))).isEqualTo(2);
			assertThat(template.get("order:1", String.class)).contains("b");
			assertThat(template.batchGet(List.of("order:2", "order:3"), String.class)).hasSize(2);
			assertThat(template.update("order:2", String.class, (value) -> value + "!")).isEqualTo(KvSetResult.UPDATED);
			assertThat(template.update("order:4", String.class, (value) -> null)).isEqualTo(KvSetResult.UPDATED);
			assertThat(template.compareAndSet("order:3", "d", "e")).isTrue();
			assertThat(template.expire("order:3", Duration.ofMinutes(7))).isTrue();
			assertThat(template.getTimeToLive("order:3")).isPresent();
			assertThat(template.persist("order:3")).isTrue();
			assertThat(template.hasKey("order:3")).isTrue();
			assertThat(template.keys("order:")).containsExactlyInAnyOrder("order:1", "order:2", "order:3");
			assertThat(template.batchDelete(List.of("order:2"))).isEqualTo(1);
			assertThat(template.delete("order:1")).isTrue();
			assertThat(Objects.requireNonNull(watch.poll(Duration.ofSeconds(10))).getKey()).startsWith("order:");
		}
		try (KvWatch watch = template.watch(WatchOptions.prefix("order:").initialReplay())) {
			assertThat(Objects.requireNonNull(watch.poll(Duration.ofSeconds(10))).getKey()).isEqualTo("order:3");
		}
	}

	private static void expiry(ConfigurableApplicationContext context) {
		KvTemplate template = context.getBean(KvTemplate.class);
		template.set("order:7", "a", Duration.ofMillis(40));
		await().until(() -> context.getBean(Expiring.class).expired.contains("order:7"));
	}

	private static void notification(ConfigurableApplicationContext context, TestRedis redis) {
		await().until(() -> context.getBean(ExpiryNotificationBridge.class)
			.getStatus()
			.state() == NotificationStatus.State.LISTENING);
		redis.execute("PSETEX", "shop:foreign", "30", "x");
		await().until(() -> context.getBean(Expiring.class).expired.contains("foreign"));
	}

	private static void log(ConfigurableApplicationContext context) {
		await().until(() -> context.getBean(Everywhere.class).deleted.contains("order:1"));
		assertThat(context.getBean(KvChangeLog.class).read(ReadRequest.from(StartPosition.earliest())).events())
			.isNotEmpty();
		assertThat(context.getBean(KvChangeLog.class).latest()).hasSize(3);
	}

	private static void listener(ConfigurableApplicationContext context) {
		KvSubscription listener = context.getBean(KvListenerRegistry.class).find("audit").orElseThrow();
		KvDeadLetters letters = listener.getDeadLetters();
		await().until(() -> letters.count() >= 3);
		assertThat(letters.redrive(letters.list(1).get(0).id())).isFalse();
		assertThat(letters.discard(letters.list(1).get(0).id())).isTrue();
		context.getBean(Listening.class).failing = false;
		assertThat(letters.redriveAll(1)).isEqualTo(1);
		listener.pause();
		listener.resume();
		listener.seek(StartPosition.latest());
		assertThat(listener.getStatus().partitions()).hasSize(3);
	}

	private static void eventLog(ConfigurableApplicationContext context, TestRedis redis) {
		KvEventLog log = context.getBean(KvEventLogs.class)
			.open("sensors", EventLogOptions.defaults().maxLength(20).timeToLiveAfterLastAdd(Duration.ofHours(1)));
		Queue<LogEntry> followed = new ConcurrentLinkedQueue<>();
		try (Follow follow = log.tailAndFollow(followed::addAll)) {
			EntryId id = log.add(Map.of("celsius", 21), Map.of("celsius", 22)).get(0);
			log.add(Map.of("celsius", 23));
			await().until(() -> followed.size() == 3);
			assertThat(log.tailFrom(id)).hasSize(3);
			assertThat(log.tail(2)).hasSize(2);
			assertThat(follow.isOpen()).isTrue();
			// now and then a follow looks whether the log still is the one it reads
			String looks = looks(redis);
			await().until(() -> !looks(redis).equals(looks));
		}
	}

	private static String looks(TestRedis redis) {
		return redis.template()
			.execute((RedisCallback<String>) (connection) -> Objects
				.requireNonNull(connection.serverCommands().info("commandstats"))
				.getProperty("cmdstat_type", "")
				.replaceAll(",.*", ""));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	static class Plain extends Application {

		final Queue<String> created = new ConcurrentLinkedQueue<>();

		@KvHook(events = KvEventType.SET)
		void created(String key) {
			this.created.add(key);
		}

	}

	static class Expiring extends Application {

		final Queue<String> expired = new ConcurrentLinkedQueue<>();

		@KvHook(events = KvEventType.EXPIRED)
		void expired(String key) {
			this.expired.add(key);
		}

	}

	static class Everywhere extends Application {

		final Queue<String> deleted = new ConcurrentLinkedQueue<>();

		@KvHook(events = KvEventType.DELETE, scope = KvHookScope.EVERY_INSTANCE)
		void deleted(String key) {
			this.deleted.add(key);
		}

	}

	static class Listening extends Application {

		volatile boolean failing = true;

		@KvListener(id = "audit", maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void handle(KvEvent event) {
			if (this.failing) {
				throw new IllegalStateException("as it may happen");
			}
		}

	}

	@Import({ Plain.class, Expiring.class, Everywhere.class, Listening.class })
	static class Everything extends Application {

	}

}
