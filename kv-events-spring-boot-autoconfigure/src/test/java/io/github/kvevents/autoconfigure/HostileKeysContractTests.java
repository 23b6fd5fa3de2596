package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KeyText;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.actuate.KvListenersEndpoint;
import io.github.kvevents.core.KvSetResult;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.KvValue;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.OnExhausted;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.Follow;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.log.LogEntry;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Keys that come from outside and mean something somewhere: to a regular expression, to
 * SCAN, to Redis Cluster, in a log line or in JSON. They are keys like any other.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostileKeysContractTests {

	private ConfigurableApplicationContext context;

	private KvTemplate template;

	private Reactions reactions;

	/**
	 * Where Redis is.
	 * @return the property with its address
	 */
	abstract String address();

	abstract void stopRedis();

	@BeforeAll
	void start() {
		this.context = RedisApplication.of(Application.class, 0)
			.with("kv.events.namespace=hostile", "kv.events.log.enabled=true", "kv.events.partitions=3", address())
			.run();
		this.template = this.context.getBean(KvTemplate.class);
		this.reactions = this.context.getBean(Reactions.class);
	}

	@AfterAll
	void stop() {
		this.context.close();
		stopRedis();
	}

	Stream<Arguments> keys() {
		return texts().map((key) -> Arguments.argumentSet(name(key), key));
	}

	Stream<String> texts() {
		return Stream.of("a".repeat(60) + "!", "(a+)+$", "*", "?", "[a-z]*", "\\", "\\*", "^-]", "{}", "{a}{b", "}{",
				"{hostile:0}x", "line\r\nFORGED a line", "\r", "\u0000", "nul\u0000inside", "\u001b[2J", "\u202eltr",
				"\u2028", "\ud83d\ude00", "\"},{\"a\":\"", "<script>alert(1)</script>", "'; DROP TABLE users; --",
				"${jndi:ldap://x}", "#{1+1}", "%n%s%x", "../../etc/passwd", " ", ":", "é".repeat(200), "kv-events",
				"x".repeat(10_000));
	}

	private static String name(String key) {
		return "'" + KeyText.printable(key.substring(0, Math.min(20, key.length()))) + "'";
	}

	@ParameterizedTest
	@MethodSource("keys")
	void keyIsAKeyLikeAnyOther(String key, CapturedOutput output) {
		assertThat(this.template.set(key, "1")).isEqualTo(KvSetResult.CREATED);
		this.template.set("next to " + key, "0");
		assertThat(this.template.get(key, String.class)).contains("1");
		assertThat(this.template.keys(key)).contains(key).allMatch((found) -> found.startsWith(key));
		assertThat(this.template.batchSet(Map.of(key, "2"))).containsExactly(Map.entry(key, KvSetResult.UPDATED));
		assertThat(this.template.batchGet(List.of(key), String.class)).containsExactly(Map.entry(key, "2"));
		assertThat(this.template.update(key, String.class, (value) -> value + "3")).isEqualTo(KvSetResult.UPDATED);
		List<KvEvent> watched = new ArrayList<>();
		try (KvWatch watch = this.template.watch(WatchOptions.prefix(key).initialReplay())) {
			this.template.set(key, "last", Duration.ofMillis(5));
			await().until(() -> {
				KvEvent event = watch.poll(Duration.ofMillis(100));
				watched.addAll((event != null) ? List.of(event) : List.of());
				return event instanceof KvExpiredEvent && event.getKey().equals(key);
			});
		}
		assertThat(watched).allMatch((event) -> event.getKey().startsWith(key));
		await().until(() -> this.reactions.expired.contains(key) && this.reactions.everywhere.contains(key));
		KvDeadLetters letters = this.context.getBean(KvListenerRegistry.class)
			.find("failing")
			.orElseThrow()
			.getDeadLetters();
		await().until(() -> letters.list(1000).stream().anyMatch((letter) -> letter.event().getKey().equals(key)));
		assertThat(this.context.getBean(KvChangeLog.class)
			.read(ReadRequest.from(StartPosition.earliest()).filter(KeyFilter.keys(List.of(key))).limit(100))
			.events()).extracting(KvEvent::getType)
			.endsWith(KvEventType.SET, KvEventType.BATCH_SET, KvEventType.SET, KvEventType.SET, KvEventType.EXPIRED);
		assertThat(this.template.delete(key)).isFalse();
		await().untilAsserted(() -> assertThat(output).contains("Hook 'failing' failed"));
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("FORGED"));
		assertThat(output.toString()).doesNotContain("\u001b[2J").doesNotContain("\u202e").doesNotContain("\u0000");
		String json = JsonMapper.shared()
			.writeValueAsString(new KvListenersEndpoint(this.context.getBean(KvListenerRegistry.class)).listeners());
		assertThat(json).doesNotContain("FORGED").doesNotContain("script");
	}

	@ParameterizedTest
	@MethodSource("keys")
	void filtersTakeItLiterally(String key) {
		KvHookRegistry registry = this.context.getBean(KvHookRegistry.class);
		for (KeyFilter filter : List.of(KeyFilter.prefix(key), KeyFilter.suffix(key), KeyFilter.keys(List.of(key)),
				KeyFilter.regex("(a+)+$").or(KeyFilter.regex("^(.|\\n)*$")))) {
			Queue<String> received = new ConcurrentLinkedQueue<>();
			try (KvHookRegistration hook = registry.register(
					KvHookOptions.defaults().events(KvEventType.SET).filter(filter),
					(event) -> received.add(event.getKey()))) {
				this.template.set(key, "x");
				assertThat(received).containsExactly(key);
				assertThat(hook.getErrors().drain()).isEmpty();
			}
		}
		this.template.delete(key);
	}

	@ParameterizedTest
	@MethodSource("keys")
	void eventLogsMayHaveItAsTheirName(String key) {
		KvEventLog log = this.context.getBean(KvEventLogs.class).open(key, EventLogOptions.defaults());
		Queue<LogEntry> followed = new ConcurrentLinkedQueue<>();
		try (Follow follow = log.tailAndFollow(followed::addAll)) {
			log.add(Map.of(key, "x"));
			await().until(() -> followed.size() == 1);
			assertThat(follow.isOpen()).isTrue();
		}
		assertThat(followed.remove().get(key, String.class)).isEqualTo("x");
		assertThat(log.tail()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "kv-events:{hostile:0}:log", "kv-events:{hostile:0}:sweeper", "kv-events:{" })
	void keysOfTheLibraryCanNotBeReached(String key) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.delete(key))
			.withMessageContaining("'key' must not begin with 'kv-events:{'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.batchSet(Map.of("a", "1", key, "x")));
		assertThat(this.template.keys("kv-events:{")).isEmpty();
		assertThat(this.template.hasKey("a")).isFalse();
	}

	@Test
	void loneSurrogatesAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.set("a\ud800", "x"))
			.withMessageContaining("lone surrogate U+D800");
	}

	static class Reactions {

		private final Queue<String> expired = new ConcurrentLinkedQueue<>();

		private final Queue<String> everywhere = new ConcurrentLinkedQueue<>();

		@KvHook(events = KvEventType.EXPIRED)
		void onExpired(String key, @KvValue String value) {
			if (value.equals("last")) {
				this.expired.add(key);
			}
		}

		@KvHook(scope = KvHookScope.EVERY_INSTANCE, regex = "(a|a)*b|(?s).*")
		void onChange(String key) {
			this.everywhere.add(key);
		}

		@KvHook(id = "failing", events = KvEventType.SET)
		void fail(String key) {
			throw new IllegalStateException(key);
		}

		@KvListener(id = "failing", events = KvEventType.SET, maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
		void onEvent(KvEvent event) {
			throw new IllegalStateException(event.getKey());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reactions.class)
	static class Application {

	}

}
