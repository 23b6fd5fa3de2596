package io.github.kvevents.autoconfigure;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.OnKvExpired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications in a JVM of their own, that ends when nothing keeps it running.
 */
class KeepAliveTests {

	private static final String ADVICE = "spring.main.keep-alive=true";

	@Test
	void applicationThatEndsBeforeItsExpirySaysSo() throws Exception {
		assertThat(output(Waiting.class)).containsOnlyOnce(ADVICE);
	}

	@Test
	void applicationThatWaitsForNothingSaysNothing() throws Exception {
		assertThat(output(Idle.class)).doesNotContain(ADVICE);
	}

	@Test
	void applicationWithAThreadOfItsOwnSaysNothing() throws Exception {
		assertThat(output(Busy.class)).doesNotContain(ADVICE);
	}

	@Test
	void applicationThatIsKeptAliveSaysNothing() throws Exception {
		Process process = start(Waiting.class, "--" + ADVICE);
		try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
			List<String> lines = new ArrayList<>();
			String line = reader.readLine();
			while (line != null && !line.contains("Started ")) {
				lines.add(line);
				line = reader.readLine();
			}
			assertThat(line).as("%s", lines).isNotNull();
			assertThat(process.waitFor(2, TimeUnit.SECONDS)).as("ended").isFalse();
			while (reader.ready()) {
				assertThat(reader.readLine()).doesNotContain(ADVICE);
			}
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String output(Class<?> application) throws Exception {
		Process process = start(application);
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(output).contains("Started ");
		assertThat(process.exitValue()).isZero();
		return output;
	}

	private static Process start(Class<?> application, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(new File(System.getProperty("java.home"), "bin/java").getPath(), "-XX:TieredStopAtLevel=1",
						"-cp", System.getProperty("java.class.path"), Launcher.class.getName(), application.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	static final class Launcher {

		private Launcher() {
		}

		public static void main(String[] arguments) throws ClassNotFoundException {
			SpringApplication application = new SpringApplication(Class.forName(arguments[0]));
			List<String> all = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
			all.addAll(List.of("--spring.main.web-application-type=none", "--kv.events.store=memory"));
			application.run(all.toArray(String[]::new));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Idle {

		@KvHook(events = KvEventType.SET)
		void onSet(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Waiting {

		@OnKvExpired
		void onExpired(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Busy extends Waiting {

		@Bean
		Thread worker() {
			Thread main = Thread.currentThread();
			Thread thread = new Thread(() -> {
				try {
					main.join();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			thread.start();
			return thread;
		}

	}

}
