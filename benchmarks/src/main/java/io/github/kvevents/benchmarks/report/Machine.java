package io.github.kvevents.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.lettuce.core.LettuceVersion;
import org.redisson.Redisson;

import org.springframework.boot.SpringBootVersion;
import org.springframework.data.redis.core.RedisTemplate;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.measure.Scale;

/**
 * Where and with what it was measured.
 */
public final class Machine {

	private Machine() {
	}

	/**
	 * What the machine does before the run.
	 */
	public static Load load() {
		return new Load(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
	}

	public static Map<String, String> describe(Scale scale, Load before) throws IOException, InterruptedException {
		Map<String, String> facts = new LinkedHashMap<>();
		facts.put("command", BenchmarkServer.environment() + "benchmarks/run all --" + scale.name());
		facts.put("at", Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
		facts.put("commit", commit());
		facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
		facts.put("processor", fact("/proc/cpuinfo", "model name"));
		facts.put("memory", fact("/proc/meminfo", "MemTotal"));
		facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
		facts.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
		try (BenchmarkServer server = new BenchmarkServer()) {
			facts.put("redis", server.version() + ", allocates with " + server.allocator() + ", over loopback");
		}
		facts.put("spring boot", SpringBootVersion.getVersion());
		facts.put("spring data redis", version(RedisTemplate.class));
		facts.put("lettuce", LettuceVersion.getVersion());
		facts.put("redisson", version(Redisson.class));
		facts.put("load before", String.format(Locale.ROOT, "%.1f", before.average()));
		return facts;
	}

	private static String version(Class<?> type) {
		String version = type.getPackage().getImplementationVersion();
		return (version != null) ? version : "unknown";
	}

	private static String fact(String file, String name) throws IOException {
		if (!Files.exists(Path.of(file))) {
			return "unknown";
		}
		return Files.readAllLines(Path.of(file))
			.stream()
			.filter((line) -> line.startsWith(name))
			.map((line) -> line.substring(line.indexOf(':') + 1).strip())
			.findFirst()
			.orElse("unknown");
	}

	private static String commit() throws IOException, InterruptedException {
		Process process = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		return (process.waitFor() == 0) ? output : "unknown";
	}

	/**
	 * How busy the machine is.
	 *
	 * @param average the load average of a minute
	 */
	public record Load(double average) {

	}

}
