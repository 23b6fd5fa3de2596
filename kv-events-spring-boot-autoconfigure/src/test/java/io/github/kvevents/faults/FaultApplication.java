package io.github.kvevents.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import io.github.kvevents.core.KvTemplate;

/**
 * An application that writes and receives while faults happen, in this process or in one
 * of its own. A process ends when its standard input does; a line {@code stop} stops its
 * writers, and {@code end} the rest; it confirms both.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class FaultApplication {

	static final int IN_FLIGHT = 50;

	/** How long a command may take. */
	static final Duration TIMEOUT = Duration.ofSeconds(1);

	/** The settings of all applications of a run. */
	static final List<String> SETTINGS = List.of("spring.main.web-application-type=none", "spring.main.banner-mode=off",
			"spring.jmx.enabled=false", "spring.data.redis.timeout=" + TIMEOUT.toMillis() + "ms",
			"spring.data.redis.connect-timeout=1s", "kv.events.namespace=faults", "faults.pace=3ms",
			"kv.events.log.enabled=true", "kv.events.log.max-length=100000000",
			"kv.events.expiry.tracking.max-in-flight=" + IN_FLIGHT, "kv.events.expiry.notifications.mode=off");

	static final String ANSWER = "fault-application:";

	/**
	 * Runs the application.
	 * @param args as of any Spring Boot application
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
		List<String> properties = new ArrayList<>();
		for (String argument : args) {
			properties.add(argument.substring("--".length()));
		}
		ConfigurableApplicationContext context = run(properties);
		System.out.println(ANSWER + "ready");
		String command = commands.readLine();
		while (command != null) {
			if (command.equals("stop")) {
				context.getBean(Workload.class).stop();
			}
			else {
				context.getBean(WatchReading.class).end();
			}
			System.out.println(ANSWER + command);
			command = commands.readLine();
		}
		context.close();
	}

	/**
	 * Starts an application, which writes when this returns.
	 */
	static ConfigurableApplicationContext run(List<String> properties) {
		List<String> all = new ArrayList<>(SETTINGS);
		all.addAll(properties);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(FaultApplication.class)
			.properties(all.toArray(String[]::new))
			.run();
		StallRecorder.start(context.getBean(HistoryFile.class));
		context.getBean(WatchReading.class).start();
		context.getBean(Workload.class).start();
		return context;
	}

	@Bean
	HistoryFile historyFile(@Value("${faults.history}") Path file) throws IOException {
		return new HistoryFile(file);
	}

	@Bean
	Consumers consumers(HistoryFile history) {
		return new Consumers(history);
	}

	@Bean
	Workload workload(KvTemplate template, HistoryFile history, @Value("${faults.instance}") String instance,
			@Value("${faults.writers}") int writers, @Value("${faults.pace}") Duration pace,
			@Value("${faults.seed}") long seed) {
		return new Workload(template, history, instance, writers, pace, seed);
	}

	@Bean
	WatchReading watchReading(KvTemplate template, HistoryFile history, @Value("${faults.instance}") String instance) {
		return new WatchReading(template, history, instance);
	}

	/**
	 * Records when no thread of this process ran.
	 */
	private static final class StallRecorder {

		private static final long PAUSE = Duration.ofMillis(10).toNanos();

		private static final long NOTED = Duration.ofMillis(30).toNanos();

		static void start(HistoryFile history) {
			Thread thread = new Thread(() -> record(history), "fault-stalls");
			thread.setDaemon(true);
			thread.start();
		}

		private static void record(HistoryFile history) {
			long before = System.nanoTime();
			try {
				while (history.isOpen()) {
					LockSupport.parkNanos(PAUSE);
					long now = System.nanoTime();
					if (now - before > NOTED) {
						history.stalled(before, now);
					}
					before = now;
				}
			}
			catch (UncheckedIOException ex) {
				// the run is over
			}
		}

	}

}
