package io.github.kvevents.sample.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A Redis that runs as long as the application does. It is a daemon: a child of this
 * process would receive the Ctrl+C in the terminal, too, and would be gone while the
 * application still confirms what it has done.
 */
final class EmbeddedRedis {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

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

	boolean isActive() {
		ProcessHandle process = this.process;
		return process != null && process.isAlive();
	}

	/**
	 * Starts it, and waits until it has loaded its data.
	 */
	void start() throws IOException, InterruptedException {
		Files.createDirectories(this.directory);
		Path pid = this.directory.resolve("redis.pid");
		Files.deleteIfExists(pid);
		Process launcher = new ProcessBuilder(command(pid)).inheritIO().start();
		if (launcher.waitFor() != 0) {
			throw failed();
		}
		if (!await(true)) {
			throw failed();
		}
		this.process = ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElseThrow(this::failed);
	}

	private List<String> command(Path pid) throws IOException {
		return List.of(RedisExecProvider.defaultProvider().get().getAbsolutePath(), "--port", String.valueOf(this.port),
				"--bind", this.host, "--dir", this.directory.toString(), "--save", "", "--appendonly", "yes",
				"--maxmemory", "256mb", "--maxmemory-policy", "noeviction", "--daemonize", "yes", "--pidfile",
				pid.toString(), "--logfile", log().toString());
	}

	/**
	 * Waits until it answers, or until it doesn't.
	 * @return whether that was in time
	 */
	private boolean await(boolean answers) throws IOException, InterruptedException {
		long begun = System.nanoTime();
		while (answers() != answers) {
			if (Duration.ofNanos(System.nanoTime() - begun).compareTo(PATIENCE) > 0) {
				return false;
			}
			Thread.sleep(10);
		}
		return true;
	}

	private boolean answers() throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(this.host, this.port), TIMEOUT_MILLIS);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			InputStream replies = socket.getInputStream();
			return replies.read() == '+';
		}
		catch (SocketException | SocketTimeoutException ex) {
			return false;
		}
	}

	/**
	 * Lets it write its data, and end. Where nothing collects processes that have ended,
	 * as in some containers, this one looks alive for ever: what counts is that it
	 * doesn't answer any more.
	 */
	void stop() throws IOException, InterruptedException {
		ProcessHandle process = this.process;
		if (process != null && process.destroy()) {
			await(false);
		}
	}

	private IllegalStateException failed() {
		return new IllegalStateException("The embedded Redis did not start, see " + log());
	}

	private Path log() {
		return this.directory.resolve("redis.log");
	}

}
