package io.github.kvevents.recipes.compose;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestRedisExtension;
import io.github.kvevents.hook.OnKvExpired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application finds the Redis of its {@code compose.yaml} by Boot's support for
 * Docker Compose. No container runtime is needed: a script answers in place of
 * {@code docker}.
 */
@ExtendWith(TestRedisExtension.class)
class DockerComposeTests {

	private static final Path COMPOSE = Path.of("src/main/compose/compose.yaml");

	@Test
	void pageShowsTheFileOfTheTest() throws IOException {
		assertThat(Files.readString(Path.of("..", "docs", "recipes", "containers.md")))
			.contains("```yaml\n" + Files.readString(COMPOSE) + "```");
	}

	@Test
	void applicationStartsItsRedisConnectsToItAndStopsIt(TestRedis redis, @TempDir Path directory) throws Exception {
		Files.copy(COMPOSE, directory.resolve("compose.yaml"));
		Path docker = directory.resolve("docker");
		try (InputStream script = getClass().getResourceAsStream("/docker-stand-in.sh")) {
			Files.copy(Objects.requireNonNull(script), docker);
		}
		assertThat(docker.toFile().setExecutable(true)).isTrue();
		ProcessBuilder application = new ProcessBuilder(new File(System.getProperty("java.home"), "bin/java").getPath(),
				"-XX:TieredStopAtLevel=1", "-Dspring.devtools.restart.enabled=false", "-cp",
				System.getProperty("java.class.path"), Application.class.getName(),
				"--spring.main.web-application-type=none", "--spring.application.name=composed")
			.directory(directory.toFile())
			.redirectErrorStream(true);
		application.environment().put("STAND_IN_PORT", String.valueOf(redis.getPort()));
		application.environment().put("PATH", directory + File.pathSeparator + System.getenv("PATH"));
		Process process = application.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(output).isZero();
		assertThat(output).contains("EXPIRED checkout:3");
		assertThat(redis.template().hasKey("kv-events:{composed}:meta")).isTrue();
		assertThat(directory.resolve("docker.up")).as("stopped").doesNotExist();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private final CountDownLatch expired = new CountDownLatch(1);

		public static void main(String[] arguments) throws InterruptedException {
			try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, arguments)) {
				context.getBean(KvTemplate.class).set("checkout:3", "cart", Duration.ofMillis(50));
				if (!context.getBean(Application.class).expired.await(30, TimeUnit.SECONDS)) {
					throw new IllegalStateException("No expiry");
				}
			}
		}

		@OnKvExpired(prefix = "checkout:")
		void nobodyPaid(String key) {
			System.out.println("EXPIRED " + key);
			this.expired.countDown();
		}

	}

}
