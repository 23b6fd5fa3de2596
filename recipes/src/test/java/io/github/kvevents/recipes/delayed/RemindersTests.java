package io.github.kvevents.recipes.delayed;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.listener.KvDeadLetters;
import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.recipes.delayed.Reminders.Reminder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Delayed messages on a real Redis.
 */
@ExtendWith(TestRedisExtension.class)
class RemindersTests {

	private ConfigurableApplicationContext context;

	private Reminders reminders;

	private FlakyMail mail;

	@BeforeEach
	void start(TestRedis redis) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + redis.getPort(), "spring.application.name=reminders",
					"kv.events.log.enabled=true", "reminders.backoff=5ms")
			.run();
		this.reminders = this.context.getBean(Reminders.class);
		this.mail = this.context.getBean(FlakyMail.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aReminderIsSentAfterItsDelayAndOneThatWasCancelledIsNot() {
		Instant start = Instant.now();
		// time enough to cancel it, also on a busy machine
		this.reminders.remind("cancelled", new Reminder("ada", "never"), Duration.ofSeconds(3));
		this.reminders.remind("kept", new Reminder("ada", "tea"), Duration.ofMillis(3100));
		assertThat(this.reminders.cancel("cancelled")).isTrue();
		await().until(() -> !this.mail.sent.isEmpty());
		assertThat(this.mail.sent).containsExactly("ada: tea");
		assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(3100));
		assertThat(this.reminders.cancel("kept")).isFalse();
	}

	@Test
	void aFailedMailIsRetriedUntilItIsSent() {
		this.mail.failures.put("bob", 3);
		this.reminders.remind("1", new Reminder("bob", "milk"), Duration.ofMillis(50));
		await().until(() -> !this.mail.sent.isEmpty());
		assertThat(this.mail.sent).containsExactly("bob: milk");
		assertThat(this.mail.failures).containsEntry("bob", 0);
		assertThat(letters().count()).isZero();
	}

	@Test
	void oneThatKeepsFailingBecomesADeadLetterAndCanBeRedriven() {
		this.mail.failures.put("eve", 5);
		this.reminders.remind("2", new Reminder("eve", "salt"), Duration.ofMillis(50));
		this.reminders.remind("3", new Reminder("ada", "tea"), Duration.ofMillis(60));
		await().until(() -> letters().count() == 1 && this.mail.sent.size() == 1);
		assertThat(this.mail.sent).as("others are sent meanwhile").containsExactly("ada: tea");
		assertThat(letters().list(10).get(0).attempts()).isEqualTo(5);
		assertThat(letters().redriveAll(10)).isEqualTo(1);
		assertThat(this.mail.sent).containsExactly("ada: tea", "eve: salt");
		assertThat(letters().count()).isZero();
	}

	private KvDeadLetters letters() {
		return this.context.getBean(KvListenerRegistry.class).find("reminders").orElseThrow().getDeadLetters();
	}

	static class FlakyMail implements Mail {

		private final Map<String, Integer> failures = new ConcurrentHashMap<>();

		private final List<String> sent = new CopyOnWriteArrayList<>();

		@Override
		public void send(String to, String text) {
			if (this.failures.getOrDefault(to, 0) > 0) {
				this.failures.merge(to, -1, Integer::sum);
				throw new IllegalStateException("no connection");
			}
			this.sent.add(to + ": " + text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Reminders.class)
	static class Application {

		@Bean
		FlakyMail mail() {
			return new FlakyMail();
		}

	}

}
