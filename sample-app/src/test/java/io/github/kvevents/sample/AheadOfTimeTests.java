package io.github.kvevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample as the profile 'aot' builds it: its beans were decided ahead of time, and
 * the JVM runs the generated code.
 */
class AheadOfTimeTests {

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private static final String STOPPING = "Commencing graceful shutdown";

	/** Without the tests, whose classes would be found by the scan. */
	private static final String CLASS_PATH = Arrays
		.stream(System.getProperty("java.class.path").split(File.pathSeparator))
		.filter((entry) -> !entry.contains("test-classes"))
		.collect(Collectors.joining(File.pathSeparator));

	@TempDir
	private Path directory;

	@Test
	void hooksExpiriesListenersAndEndpointsWorkInTheGeneratedApplication() throws Exception {
		process();
		compile();
		Process application = start();
		try {
			Api api = new Api(RestTestClient.bindToServer().baseUrl("http://localhost:" + awaitPort()).build());
			assertThat(log()).contains("Starting AOT-processed SampleApplication");
			api.placed("unpaid", 1);
			api.paid("paid");
			api.awaitStatus("unpaid", "EXPIRED");
			api.awaitStatus("paid", "PAID");
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(api.audit("order:unpaid")).hasSize(2));
			assertThat(api.object("/actuator/kvhooks").get("totals")).asString().contains("failures=0");
			assertThat(api.object("/actuator/kvlisteners").get("listeners")).asString()
				.contains("id=audit")
				.contains("id=receipts");
		}
		finally {
			interrupt(application.descendants());
			application.destroy();
			if (!application.waitFor(60, TimeUnit.SECONDS)) {
				application.destroyForcibly();
				killRedis();
			}
		}
		assertThat(log()).contains(STOPPING);
		assertThat(log().substring(log().indexOf(STOPPING))).as("Redis is there until the application has stopped")
			.doesNotContain(" WARN ", " ERROR ", "Exception");
	}

	/** As Ctrl+C does in a terminal, whose signal goes to child processes, too. */
	private static void interrupt(Stream<ProcessHandle> processes) throws Exception {
		for (ProcessHandle process : processes.toList()) {
			new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
		}
	}

	/** It is no child of the application, which would stop it. */
	private void killRedis() throws IOException {
		try (Stream<Path> files = Files.walk(this.directory)) {
			for (Path pid : files.filter((file) -> file.endsWith("redis.pid")).toList()) {
				ProcessHandle.of(Long.parseLong(Files.readString(pid).trim()))
					.ifPresent(ProcessHandle::destroyForcibly);
			}
		}
	}

	/** What the goal 'process-aot' does. */
	private void process() throws Exception {
		Process processor = java(List.of("-cp", CLASS_PATH, SpringApplicationAotProcessor.class.getName(),
				SampleApplication.class.getName(), path("sources"), path("resources"), path("classes"),
				"io.github.kvevents", "kv-events-sample-app"));
		assertThat(processor.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(processor.exitValue()).as(log()).isZero();
	}

	private void compile() throws IOException {
		List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-cp",
				path("classes") + File.pathSeparator + CLASS_PATH, "-d", path("classes")));
		try (Stream<Path> files = Files.walk(this.directory.resolve("sources"))) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(arguments).as("generated sources").hasSizeGreaterThan(50);
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

	private Process start() throws IOException {
		return java(List.of("-Dspring.aot.enabled=true", "-cp",
				String.join(File.pathSeparator, path("classes"), path("resources"), CLASS_PATH),
				SampleApplication.class.getName(), "--server.port=0", "--sample.redis.port=0",
				"--sample.redis.directory=" + path("redis")));
	}

	private Process java(List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
		command.addAll(arguments);
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
	}

	private String awaitPort() {
		return Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
			Matcher matcher = PORT.matcher(log());
			return matcher.find() ? matcher.group(1) : "";
		}, (port) -> !port.isEmpty());
	}

	private String path(String name) {
		return this.directory.resolve(name).toString();
	}

	private String log() throws IOException {
		return Files.readString(this.directory.resolve("log"));
	}

}
