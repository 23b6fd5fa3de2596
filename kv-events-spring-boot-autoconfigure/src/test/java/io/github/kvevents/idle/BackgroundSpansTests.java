package io.github.kvevents.idle;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.lettuce.core.tracing.LettuceObservationContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which observations applications make whose Redis commands are observed, as Boot does it
 * by itself: with a tracer each of them is a span.
 */
class BackgroundSpansTests {

	private TestRedis redis;

	private ConfigurableApplicationContext first;

	private ConfigurableApplicationContext second;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start();
		this.first = startApplication();
		this.second = startApplication();
		// what the start itself asks, on the thread that starts
		clear();
	}

	@AfterEach
	void stop() {
		this.second.close();
		this.first.close();
		this.redis.close();
	}

	@Test
	void commandsInTheBackgroundMakeNone() {
		awaitCommands(40);
		assertThat(observations()).isEmpty();
	}

	@Test
	void commandsOfCallsMakeThoseThatTheyAlwaysMade() {
		KvTemplate template = this.first.getBean(KvTemplate.class);
		StringRedisTemplate theirs = this.first.getBean(StringRedisTemplate.class);
		// loads the script, and connects
		template.set("first", "x");
		theirs.hasKey("theirs");
		clear();
		template.set("plain", "x");
		awaitCommands(20);
		assertThat(observations()).as("the listeners' part of it included")
			.filteredOn((observation) -> observation.startsWith("redis"))
			.containsExactly("redis EVALSHA < kv.operation");
		assertThat(observations()).contains("kv.operation");
		clear();
		theirs.hasKey("theirs");
		this.first.getBean(KvEventLogs.class).open("steps", EventLogOptions.defaults()).add(Map.of("step", 1));
		assertThat(observations()).startsWith("redis EXISTS")
			.hasSizeGreaterThan(1)
			.allMatch((observation) -> observation.startsWith("redis") && !observation.contains("<"));
		clear();
		template.set("outer", "x");
		await().untilAsserted(() -> assertThat(observations()).as("of a hook, on a thread of the background")
			.contains("kv.operation < kv.hook", "redis EVALSHA < kv.operation < kv.hook"));
	}

	private List<String> observations() {
		return List.of(this.first, this.second)
			.stream()
			.flatMap((application) -> application.getBean(Observations.class).made.stream())
			.toList();
	}

	private void clear() {
		this.first.getBean(Observations.class).made.clear();
		this.second.getBean(Observations.class).made.clear();
	}

	/** Waits until the applications have sent some more commands of whatever kind. */
	private void awaitCommands(int count) {
		long before = commands();
		await().until(() -> commands() >= before + count);
	}

	private long commands() {
		return this.redis.commandCalls().values().stream().mapToLong(Long::longValue).sum();
	}

	private ConfigurableApplicationContext startApplication() {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(IdleApplication.class, Observations.class,
				Follower.class)
			.web(WebApplicationType.NONE)
			.properties("spring.application.name=traced", "spring.data.redis.port=" + this.redis.getPort(),
					"kv.events.log.enabled=true", "kv.events.expiry.notifications.mode=listen")
			.run();
		context.getBean(KvTemplate.class).watch(WatchOptions.prefix("users:"));
		return context;
	}

	/**
	 * What was observed, each with what it is part of.
	 */
	static class Observations implements ObservationHandler<Observation.Context> {

		private final Queue<String> made = new ConcurrentLinkedQueue<>();

		@Override
		public void onStart(Observation.Context context) {
			StringBuilder text = new StringBuilder(name(context));
			ObservationView parent = context.getParentObservation();
			while (parent != null) {
				text.append(" < ").append(parent.getContextView().getName());
				parent = parent.getContextView().getParentObservation();
			}
			this.made.add(text.toString());
		}

		private static String name(Observation.Context context) {
			return (context instanceof LettuceObservationContext command)
					? "redis " + command.getRequiredCommand().getType() : context.getName();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	/**
	 * Writes where changes of all instances are delivered.
	 */
	static class Follower {

		private final KvTemplate template;

		Follower(KvTemplate template) {
			this.template = template;
		}

		@KvHook(events = KvEventType.SET, prefix = "outer", scope = KvHookScope.EVERY_INSTANCE)
		void write(KvEvent event) {
			this.template.set("inner", event.getKey());
		}

	}

}
