package io.github.kvevents.redis.expiry;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link FaultInstance} that runs, or ran.
 */
final class FaultProcess implements AutoCloseable {

	private final Path file;

	private final Process process;

	private boolean ready;

	private boolean killed;

	/**
	 * Starts an instance; it is up a little later.
	 * @param port the port of the server
	 * @param instanceId the id of the instance
	 * @param file where it records the expiries that its hook receives
	 */
	FaultProcess(int port, String instanceId, Path file) throws IOException {
		this.file = file;
		this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp",
				System.getProperty("java.class.path"), FaultInstance.class.getName(), String.valueOf(port), instanceId,
				file.toString())
			.redirectError(ProcessBuilder.Redirect.to(file.resolveSibling(file.getFileName() + ".log").toFile()))
			.start();
	}

	/**
	 * Waits until the instance is up.
	 */
	void awaitReady() throws IOException {
		if (this.ready) {
			return;
		}
		BufferedReader output = this.process.inputReader(StandardCharsets.US_ASCII);
		String line = output.readLine();
		while (line != null && !line.equals("ready")) {
			line = output.readLine();
		}
		if (line == null) {
			throw new IllegalStateException("The instance did not start: "
					+ Files.readString(this.file.resolveSibling(this.file.getFileName() + ".log")));
		}
		this.ready = true;
	}

	void kill() throws InterruptedException {
		this.killed = true;
		this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
	}

	boolean isKilled() {
		return this.killed;
	}

	/**
	 * The number of bytes that its hook has recorded.
	 */
	long size() throws IOException {
		return Files.exists(this.file) ? Files.size(this.file) : 0;
	}

	/**
	 * The expiries that the hook received, in order.
	 */
	List<Received> received() throws IOException {
		if (!Files.exists(this.file)) {
			return List.of();
		}
		return Files.readAllLines(this.file).stream().map((line) -> line.split(" ")).map(Received::of).toList();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * One call of the hook.
	 *
	 * @param key the key that expired
	 * @param deadline its deadline in milliseconds
	 * @param at when the hook was called
	 */
	record Received(String key, long deadline, long at) {

		private static Received of(String[] words) {
			return new Received(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
		}

	}

}
