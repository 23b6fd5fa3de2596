package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.StringUtils;

import io.github.kvevents.KvEvent;
import io.github.kvevents.actuate.KvEventsHealthIndicator;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.SilentServer;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.OnKvExpired;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.listener.StartAt;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Applications that use everything, on a Redis that refuses connections, never answers,
 * or stops to answer.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisAwayTests {

	/** What a machine with much else to do may add. */
	private static final Duration SLACK = Duration.ofSeconds(4);

	private static final String AWAY = "Redis can't be reached for now";

	private static final String RESUMES = "Redis answers again: kv-events resumes";

	@ParameterizedTest
	@CsvSource({ "1,", "4,", "1,2s", "4,2s" })
	void serverThatNeverAnswersDelaysNothingForLong(int partitions, String timeout, CapturedOutput output)
			throws Exception {
		try (SilentServer silent = new SilentServer()) {
			long begun = System.nanoTime();
			ConfigurableApplicationContext context = run(silent.getPort(), partitions, timeout);
			assertThat(since(begun)).as("start-up").isLessThan(Duration.ofSeconds(2).plus(startUp()).plus(SLACK));
			assertThat(output).containsOnlyOnce(AWAY);
			if (timeout != null) {
				Duration own = time(() -> context.getBean(StringRedisTemplate.class).opsForValue().get("a"));
				assertThat(own).as("the application's own command").isLessThan(Duration.ofSeconds(2).plusMillis(1500));
			}
			Duration health = time(() -> assertThat(health(context)).isEqualTo(Status.DOWN));
			assertThat(health).as("health").isLessThan(Duration.ofSeconds(2).plus(SLACK));
			assertThat(silent.getMostOpen()).as("one of ours, and one of the application").isLessThanOrEqualTo(2);
			assertThat(time(context::close)).as("close").isLessThan(Duration.ofSeconds(1 + 2).plus(SLACK.dividedBy(2)));
			assertThat(output).doesNotContain("a hook is busy").doesNotContain("did not stop");
		}
	}

	@ParameterizedTest
	@CsvSource({ "1,", "4,2s" })
	void serverThatIsFrozenDelaysNeitherHealthNorTheEndAndResumesAtOnce(int partitions, String timeout,
			CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex")) {
			ConfigurableApplicationContext context = run(redis.getPort(), partitions, timeout);
			KvWatch watch = context.getBean(KvTemplate.class).watch(WatchOptions.prefix("job:after"));
			receivesAll(context, "before");
			int said = count(output, AWAY);
			redis.freeze();
			await().atMost(Duration.ofSeconds(60)).until(() -> health(context).equals(Status.DOWN));
			Duration health = time(() -> assertThat(health(context)).isEqualTo(Status.DOWN));
			assertThat(health).isLessThan(Duration.ofSeconds(2).plus(SLACK));
			redis.thaw();
			receivesAll(context, "after");
			assertThat(watch.poll(Duration.ofSeconds(60))).isNotNull();
			assertThat(count(output, AWAY)).isEqualTo(said + 1).isEqualTo(count(output, RESUMES));
			redis.freeze();
			assertThat(time(context::close)).isLessThan(Duration.ofSeconds(1 + 2).plus(SLACK.dividedBy(2)));
			assertThat(output).doesNotContain("a hook is busy");
			redis.thaw();
		}
	}

	@Test
	void everythingResumesWhenTheServerIsBack(CapturedOutput output) throws Exception {
		try (TestRedis redis = TestRedis.start("notify-keyspace-events", "Ex")) {
			redis.kill();
			long begun = System.nanoTime();
			try (ConfigurableApplicationContext context = run(redis.getPort(), 4, "2s")) {
				assertThat(since(begun)).isLessThan(Duration.ofSeconds(2).plus(startUp()).plus(SLACK));
				assertThatExceptionOfType(DataAccessException.class)
					.isThrownBy(() -> context.getBean(KvTemplate.class).set("a", "1"));
				redis.restart();
				await().until(() -> health(context).equals(Status.UP));
				receivesAll(context, "later");
				assertThat(output).containsOnlyOnce(AWAY).containsOnlyOnce(RESUMES);
			}
			assertThat(output).doesNotContain("\tat io.lettuce");
		}
	}

	private static void receivesAll(ConfigurableApplicationContext context, String id) throws InterruptedException {
		KvTemplate template = context.getBean(KvTemplate.class);
		Reactions reactions = context.getBean(Reactions.class);
		await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
			template.set("job:" + id, "x", Duration.ofMillis(20));
			return true;
		});
		assertThat(reactions.expired.poll(60, TimeUnit.SECONDS)).isEqualTo("job:" + id);
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(reactions.everywhere).contains("job:" + id));
		await().atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(reactions.listened).contains("job:" + id));
	}

	private static int count(CapturedOutput output, String text) {
		return StringUtils.countOccurrencesOf(output.toString(), text);
	}

	private static Status health(ConfigurableApplicationContext context) {
		return context.getBean("kvEventsHealthContributor", KvEventsHealthIndicator.class).health().getStatus();
	}

	/**
	 * What the same start takes without Redis.
	 */
	private static Duration startUp() {
		return Duration.ofSeconds(4);
	}

	private static Duration since(long begun) {
		return Duration.ofNanos(System.nanoTime() - begun);
	}

	private static Duration time(Runnable work) {
		return time(() -> {
			work.run();
			return null;
		});
	}

	private static Duration time(Callable<?> work) {
		long begun = System.nanoTime();
		try {
			work.call();
		}
		catch (Exception ex) {
			// how long it takes is what matters
		}
		return since(begun);
	}

	private static ConfigurableApplicationContext run(int port, int partitions, String timeout) {
		RedisApplication application = RedisApplication.of(Application.class, port)
			.with("kv.events.namespace=away", "kv.events.partitions=" + partitions, "kv.events.log.enabled=true",
					"kv.events.expiry.tracking.mode=all", "kv.events.hooks.shutdown-timeout=1s");
		return ((timeout != null) ? application.with("spring.data.redis.timeout=" + timeout) : application).run();
	}

	static class Reactions {

		private final BlockingQueue<String> expired = new LinkedBlockingQueue<>();

		private final List<String> everywhere = new CopyOnWriteArrayList<>();

		private final List<String> listened = new CopyOnWriteArrayList<>();

		@OnKvExpired(prefix = "job:")
		void onExpired(String key) {
			this.expired.add(key);
		}

		@KvHook(prefix = "job:", scope = KvHookScope.EVERY_INSTANCE)
		void onChange(String key) {
			this.everywhere.add(key);
		}

		@KvListener(id = "earliest", prefix = "job:")
		void onEvent(KvEvent event) {
			this.listened.add(event.getKey());
		}

		@KvListener(id = "latest", prefix = "job:", startAt = StartAt.LATEST)
		void onLatest(KvEvent event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reactions reactions() {
			return new Reactions();
		}

	}

}
