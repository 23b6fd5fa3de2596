package io.github.kvevents.idle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.listener.KvListener;
import io.github.kvevents.watch.WatchOptions;

import static org.awaitility.Awaitility.await;

/**
 * An application with nothing to do, in a process of its own: what it does all the same
 * is measured from outside. It answers each line of its standard input with its CPU time
 * and its threads, and ends when its standard input does.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ IdleApplication.Hooks.class, IdleApplication.LogReaders.class })
class IdleApplication {

	static final String ANSWER = "idle:";

	/**
	 * How many commands a second an application without kv-events sends.
	 */
	static final String COMMANDS_PER_SECOND = "idle.commands-per-second";

	/**
	 * Runs the application.
	 * @param args as of any Spring Boot application
	 */
	public static void main(String[] args) throws IOException {
		BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
		ConfigurableApplicationContext context = new SpringApplicationBuilder(IdleApplication.class)
			.web(WebApplicationType.NONE)
			.run(args);
		KvTemplate template = context.getBeanProvider(KvTemplate.class).getIfAvailable();
		work(context, template);
		if (template != null && context.getEnvironment().containsProperty("kv.events.log.enabled")) {
			openWatch(template);
		}
		Integer perSecond = context.getEnvironment().getProperty(COMMANDS_PER_SECOND, Integer.class);
		if (perSecond != null) {
			sendRegularly(context.getBean(StringRedisTemplate.class), perSecond);
		}
		while (questions.readLine() != null) {
			System.out.println(ANSWER + cpuNanos() + " " + threads());
		}
		context.close();
	}

	/**
	 * Works for a while, as applications do before they are idle: code that has just been
	 * loaded takes several times what it takes later, also that of the driver.
	 */
	private static void work(ConfigurableApplicationContext context, @Nullable KvTemplate template) {
		boolean redis = context.getEnvironment().containsProperty("spring.data.redis.port");
		StringRedisTemplate strings = redis ? context.getBean(StringRedisTemplate.class) : null;
		for (int number = 0; number < 3000; number++) {
			if (template != null) {
				template.set("work", number, Duration.ofMinutes(10));
				template.delete("work");
			}
			if (strings != null) {
				strings.opsForValue().set("other", "value");
				strings.delete("other");
			}
		}
	}

	/**
	 * Opens the watch behind the start, as docs/production.md has it: on a busy machine
	 * the first connection may take longer than a start waits for Redis.
	 */
	private static void openWatch(KvTemplate template) {
		await().atMost(Duration.ofMinutes(2))
			.ignoreExceptionsInstanceOf(DataAccessException.class)
			.until(() -> template.watch(WatchOptions.prefix("users:")).isOpen());
	}

	private static void sendRegularly(StringRedisTemplate strings, int perSecond) {
		new Timer("idle-commands", true).scheduleAtFixedRate(new TimerTask() {

			@Override
			public void run() {
				strings.hasKey("other");
			}

		}, 0, TimeUnit.SECONDS.toMillis(1) / perSecond);
	}

	private static long cpuNanos() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("kv-"))
			.count();
	}

	@Configuration(proxyBeanMethods = false)
	static class Hooks {

		@KvHook(events = KvEventType.EXPIRED)
		void expired(KvEvent event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("kv.events.log.enabled")
	static class LogReaders {

		@KvHook(scope = KvHookScope.EVERY_INSTANCE)
		void everywhere(KvEvent event) {
		}

		@KvListener(id = "audit")
		void audit(KvEvent event) {
		}

		@KvListener(id = "mail")
		void mail(KvEvent event) {
		}

	}

}
