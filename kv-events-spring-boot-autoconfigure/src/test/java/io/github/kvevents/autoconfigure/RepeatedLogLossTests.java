package io.github.kvevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.github.kvevents.KvEvent;
import io.github.kvevents.PositionTrimmedException;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Redis loses the change log again and again while one application runs, and each time
 * something is written before anybody has seen the empty log.
 */
@Timeout(180)
class RepeatedLogLossTests {

	private static final String HOOKS = "hooks on every instance";

	private final TestRedis redis = TestRedis.start();

	private final ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
		.web(WebApplicationType.NONE)
		.properties("spring.data.redis.port=" + this.redis.getPort(), "kv.events.log.enabled=true",
				"kv.events.namespace=loss")
		.run();

	private final KvTemplate template = this.context.getBean(KvTemplate.class);

	private final Readers readers = this.context.getBean(Readers.class);

	@AfterEach
	void close() {
		this.context.close();
		this.redis.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "FLUSHALL", "DEL kv-events:{loss:0}:log" })
	void eachLossIsToldToEachReader(String loss) {
		for (int round = 1; round <= 3; round++) {
			try (KvWatch watch = this.template.watch(WatchOptions.prefix("a:"))) {
				write("before" + round, 3);
				lose(loss);
				write("after" + round, 1);
				assertThatExceptionOfType(PositionTrimmedException.class).as("round %d", round)
					.isThrownBy(() -> readOn(watch))
					.withMessageStartingWith("The change log ");
				int times = round;
				await().atMost(Duration.ofSeconds(40))
					.untilAsserted(() -> assertThat(this.readers.gaps).filteredOn(HOOKS::equals).hasSize(times));
				await().atMost(Duration.ofSeconds(40))
					.untilAsserted(() -> assertThat(this.readers.gaps).filteredOn((reader) -> !reader.equals(HOOKS))
						.hasSize(times));
			}
		}
		assertThat(this.readers.hook).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@ValueSource(strings = { "FLUSHALL", "DEL kv-events:{loss:0}:log" })
	void aLossWhileTheApplicationIsStoppedIsTold(String loss) {
		for (int round = 1; round <= 2; round++) {
			write("before" + round, 3);
			this.context.stop();
			lose(loss);
			// more than there were: neither the end nor the size of the log shows the
			// loss
			for (int i = 0; i < 12; i++) {
				this.redis.execute("XADD", "kv-events:{loss:0}:log", "*", "theirs", "1");
			}
			this.context.start();
			write("after" + round, 1);
			int times = round;
			await().atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(this.readers.gaps).filteredOn(HOOKS::equals).hasSize(times));
		}
	}

	private void lose(String command) {
		String[] words = command.split(" ");
		this.redis.execute(words[0], List.of(words).subList(1, words.length).toArray(new String[0]));
	}

	/**
	 * Writes, and awaits that the hook and the listener have received the last.
	 */
	private void write(String key, int count) {
		for (int i = 0; i < count; i++) {
			this.template.set("a:" + key + "-" + i, "v");
		}
		String last = "a:" + key + "-" + (count - 1);
		await().atMost(Duration.ofSeconds(40)).until(() -> this.readers.hook.contains(last));
		await().atMost(Duration.ofSeconds(40)).until(() -> this.readers.listener.contains(last));
	}

	private static void readOn(KvWatch watch) {
		await().atMost(Duration.ofSeconds(20))
			.pollDelay(Duration.ZERO)
			.until(() -> watch.poll(Duration.ofMillis(100)) != null && !watch.isOpen());
	}

	static class Readers {

		private final List<String> hook = new CopyOnWriteArrayList<>();

		private final List<String> listener = new CopyOnWriteArrayList<>();

		private final List<String> gaps = new CopyOnWriteArrayList<>();

		@KvHook(prefix = "a:", scope = KvHookScope.EVERY_INSTANCE)
		void hook(KvEvent event) {
			this.hook.add(event.getKey());
		}

		@KvListener(id = "listener", prefix = "a:")
		void listener(KvEvent event) {
			this.listener.add(event.getKey());
		}

		@EventListener
		void gap(LogGapEvent gap) {
			this.gaps.add(gap.getReader());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Readers readers() {
			return new Readers();
		}

	}

}
