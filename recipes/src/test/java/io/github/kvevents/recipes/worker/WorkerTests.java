package io.github.kvevents.recipes.worker;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The worker in a process of its own.
 */
@ExtendWith(TestRedisExtension.class)
class WorkerTests {

	@Test
	@Timeout(90)
	void staysAliveReceivesAnExpiryAndStopsOnSigterm(TestRedis redis) throws Exception {
		List<String> properties = List.of("spring.data.redis.port=" + redis.getPort(), "spring.application.name=worker",
				"spring.main.web-application-type=none", "spring.docker.compose.enabled=false");
		Process worker = start(properties);
		try (BufferedReader lines = worker.inputReader(StandardCharsets.UTF_8)) {
			assertThat(next(lines, "Started Worker")).isNotNull();
			write(properties);
			assertThat(next(lines, "Nobody paid")).isEqualTo("Nobody paid checkout:7");
			assertThat(worker.isAlive()).isTrue();
			worker.destroy();
			assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
			assertThat(worker.exitValue()).as("of SIGTERM").isEqualTo(143);
		}
		finally {
			worker.destroyForcibly();
		}
	}

	/** Another application, in which nothing receives expiries. */
	private static void write(List<String> properties) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Writer.class)
			.properties(properties.toArray(String[]::new))
			.properties("kv.events.expiry.tracking.mode=all")
			.run()) {
			context.getBean(KvTemplate.class).set("checkout:7", "cart", Duration.ofMillis(300));
		}
	}

	private static Process start(List<String> properties) throws IOException {
		List<String> command = new ArrayList<>(List.of(new File(System.getProperty("java.home"), "bin/java").getPath(),
				"-XX:TieredStopAtLevel=1", "-Dspring.devtools.restart.enabled=false", "-cp",
				System.getProperty("java.class.path"), Worker.class.getName(), "--spring.main.keep-alive=true"));
		properties.forEach((property) -> command.add("--" + property));
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	private static String next(BufferedReader lines, String start) throws IOException {
		List<String> seen = new ArrayList<>();
		String line = lines.readLine();
		while (line != null && !line.contains(start)) {
			seen.add(line);
			line = lines.readLine();
		}
		assertThat(line).as("%s", seen).isNotNull();
		return line;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Writer {

	}

}
