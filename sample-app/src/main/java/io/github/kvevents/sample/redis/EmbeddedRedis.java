package io.github.kvevents.sample.redis;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A Redis that runs as long as the application does. It is a daemon: a child of this
 * process would receive the Ctrl+C in the terminal, too, and would be gone while the
 * application still confirms what it has done.
 */
final class EmbeddedRedis {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int TIMEOUT_MILLIS = 2000;

	private final String host;

	private final int port;

	private final Path directory;

	private @Nullable ProcessHandle process;

	EmbeddedRedis(String host, int port, Path directory) {
		this.host = host;
		this.port = port;
		this.directory = directory;
	}

	int getPort() {
		return this.port;
	}

	/**
	 * Starts it, and waits until it has loaded its data. One that doesn't answer in time
	 * is stopped: nothing else would.
	 */
	void start() throws IOException, InterruptedException {
		Files.createDirectories(this.directory);
		Path pid = this.directory.resolve("redis.pid");
		Files.deleteIfExists(pid);
		boolean started = false;
		try {
			Process launcher = new ProcessBuilder(command(pid)).inheritIO().start();
			started = launcher.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) && launcher.exitValue() == 0
					&& await(this::answers);
		}
		finally {
			this.process = process(pid);
			if (!started) {
				stop();
			}
		}
		if (!started || this.process == null) {
			throw new IllegalStateException("The embedded Redis did not start, see " + log());
		}
	}

	private static @Nullable ProcessHandle process(Path pid) throws IOException {
		return Files.exists(pid) ? ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElse(null) : null;
	}

	private List<String> command(Path pid) throws IOException {
		return List.of(RedisExecProvider.defaultProvider().get().getAbsolutePath(), "--port", String.valueOf(this.port),
				"--bind", this.host, "--dir", this.directory.toString(), "--save", "", "--appendonly", "yes",
				"--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--daemonize", "yes", "--pidfile",
				pid.toString(), "--logfile", log().toString());
	}

	private static boolean await(BooleanSupplier condition) throws InterruptedException {
		long begun = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (Duration.ofNanos(System.nanoTime() - begun).compareTo(PATIENCE) > 0) {
				return false;
			}
			Thread.sleep(10);
		}
		return true;
	}

	private boolean answers() {
		try (Socket socket = connect()) {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			return socket.getInputStream().read() == '+';
		}
		catch (IOException ex) {
			return false;
		}
	}

	private boolean refuses() {
		try {
			connect().close();
			return false;
		}
		catch (ConnectException ex) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket();
		socket.connect(new InetSocketAddress(this.host, this.port), TIMEOUT_MILLIS);
		return socket;
	}

	/**
	 * Lets it write its data, and end. Where nothing collects processes that have ended,
	 * as in some containers, this one looks alive for ever: what counts is that it
	 * refuses connections.
	 */
	void stop() throws InterruptedException {
		ProcessHandle process = this.process;
		if (process != null && process.destroy()) {
			await(this::refuses);
		}
	}

	private Path log() {
		return this.directory.resolve("redis.log");
	}

}
