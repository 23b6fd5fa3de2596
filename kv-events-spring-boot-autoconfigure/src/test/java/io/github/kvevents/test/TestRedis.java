package io.github.kvevents.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import redis.embedded.RedisExecProvider;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Redis server for a test, on a free port of 127.0.0.1, ready after about a tenth
 * of a second.
 * <ul>
 * <li>Most tests share one: {@code @ExtendWith(TestRedisExtension.class)} and a parameter
 * of type {@code TestRedis} in the constructor, a test or a set-up method. It is empty
 * before each test.</li>
 * <li>A test that kills the server or changes its settings starts its own:
 * {@code try (TestRedis redis = TestRedis.start("maxmemory", "5mb"))}.</li>
 * <li>Connections come from {@link #connectionFactory()} or {@link #template()}, and end
 * with the server.</li>
 * </ul>
 * The server is a child of this process, is stopped by {@link #close()}, and by a
 * shut-down hook where nobody closes it.
 */
public final class TestRedis implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

	private final Path directory;

	private final List<String> settings;

	private final List<LettuceConnectionFactory> factories = new CopyOnWriteArrayList<>();

	private final Thread shutdownHook = new Thread(this::end);

	private int port;

	private Process process;

	private StringRedisTemplate template;

	private TestRedis(String... settings) {
		this.directory = temporaryDirectory();
		this.settings = asOptions(settings);
		Runtime.getRuntime().addShutdownHook(this.shutdownHook);
		this.port = freePort();
		launch();
	}

	/**
	 * Starts a server that keeps nothing on disk.
	 * @param settings names and values of further settings, in turn, for example
	 * {@code "appendonly", "yes"}
	 * @return the server, which answers already
	 */
	public static TestRedis start(String... settings) {
		return new TestRedis(settings);
	}

	public int getPort() {
		return this.port;
	}

	/**
	 * Ends the server as a crash would (SIGKILL); it can be started again.
	 */
	public void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/**
	 * Starts the server again on the same port, with what it has left on disk and with
	 * its first settings; kills it before if it runs.
	 */
	public void restart() {
		kill();
		launch();
	}

	/**
	 * Stops the server without ending it (SIGSTOP): it accepts connections and answers
	 * nothing until {@link #thaw()}.
	 */
	public void freeze() {
		signal("STOP");
	}

	/**
	 * Lets the server continue after {@link #freeze()}.
	 */
	public void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(this.process.pid())).start();
			assertThat(kill.waitFor()).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Takes bytes off the end of the append-only file of a server that was killed, as a
	 * crash in the middle of a write does.
	 * @param count how many bytes
	 */
	public void cutAppendOnlyFile(int count) {
		try (Stream<Path> files = Files.list(this.directory.resolve("appendonlydir"));
				FileChannel file = FileChannel.open(
						files.filter((path) -> path.toString().endsWith(".incr.aof")).findAny().orElseThrow(),
						StandardOpenOption.WRITE)) {
			file.truncate(file.size() - count);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Has the server write its append-only file anew, and returns when it has.
	 */
	public void rewriteAppendOnlyFile() {
		execute("BGREWRITEAOF");
		await().pollInterval(Duration.ofMillis(2)).until(() -> {
			Properties state = info("persistence");
			return state.getProperty("aof_rewrite_in_progress").equals("0")
					&& state.getProperty("aof_rewrite_scheduled").equals("0");
		});
		assertThat(info("persistence")).containsEntry("aof_last_bgrewrite_status", "ok");
	}

	/**
	 * A connection factory of its own for the caller, closed with the server. Commands
	 * time out after five seconds.
	 * @return the factory, which has opened no connection yet
	 */
	public LettuceConnectionFactory connectionFactory() {
		return connectionFactory(this.port, Duration.ofSeconds(5));
	}

	/**
	 * Like {@link #connectionFactory()}, through a {@link TestProxy} for example.
	 * @param port where to connect to
	 * @param timeout how long a command waits
	 * @return the factory, which has opened no connection yet
	 */
	public LettuceConnectionFactory connectionFactory(int port, Duration timeout) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", port),
				LettuceClientConfiguration.builder()
					.commandTimeout(timeout)
					.shutdownTimeout(Duration.ZERO)
					.shutdownQuietPeriod(Duration.ZERO)
					.build());
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return factory;
	}

	/**
	 * A template to look at the server beside the code under test.
	 * @return the template
	 */
	public synchronized StringRedisTemplate template() {
		if (this.template == null) {
			this.template = new StringRedisTemplate(connectionFactory());
		}
		return this.template;
	}

	/**
	 * Sends any command.
	 * @param command its name
	 * @param arguments its arguments
	 * @return the reply as the driver gives it, {@code byte[]} for a string
	 */
	public Object execute(String command, String... arguments) {
		byte[][] bytes = Arrays.stream(arguments)
			.map((argument) -> argument.getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
		return template().execute((RedisCallback<Object>) (connection) -> connection.execute(command, bytes));
	}

	/**
	 * What the server has written to its log.
	 * @return all of it, since the first start
	 */
	public String output() {
		try {
			return Files.readString(this.directory.resolve("output.txt"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * One section of INFO.
	 * @param section for example {@code stats}
	 * @return its entries
	 */
	public Properties info(String section) {
		return template()
			.execute((RedisCallback<Properties>) (connection) -> connection.serverCommands().info(section));
	}

	/**
	 * Empties the server and sets the counters of {@link #commandCalls()} to zero.
	 */
	public void reset() {
		execute("FLUSHALL");
		execute("CONFIG", "RESETSTAT");
	}

	/**
	 * How often each command was called since {@link #reset()} or the start, those that
	 * look at the server and set up a connection left out.
	 * @return the number of calls by the name of the command in lower case
	 */
	public Map<String, Long> commandCalls() {
		Map<String, Long> calls = new TreeMap<>();
		Properties stats = info("commandstats");
		for (String name : stats.stringPropertyNames()) {
			String command = name.substring("cmdstat_".length());
			if (!command.matches("(info|hello|auth|select|client\\|.*|config\\|.*|flushall)")) {
				calls.put(command, Long.valueOf(stats.getProperty(name).replaceFirst("^calls=(\\d+),.*", "$1")));
			}
		}
		return calls;
	}

	@Override
	public void close() {
		this.factories.forEach(LettuceConnectionFactory::destroy);
		end();
		Runtime.getRuntime().removeShutdownHook(this.shutdownHook);
	}

	private void end() {
		this.process.destroyForcibly();
		awaitEnd();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitEnd() {
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Redis did not end: " + this.process);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void launch() {
		List<String> command = new ArrayList<>(List.of(Executable.FILE.getPath(), "--port", String.valueOf(this.port),
				"--bind", "127.0.0.1", "--dir", this.directory.toString(), "--save", "", "--appendonly", "no"));
		command.addAll(this.settings);
		Path output = this.directory.resolve("output.txt");
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
				.start();
			awaitAnswer(output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitAnswer(Path output) throws IOException {
		long end = System.nanoTime() + START_TIMEOUT.toNanos();
		while (!answers()) {
			if (!this.process.isAlive() || System.nanoTime() > end) {
				throw new IllegalStateException("Redis did not start:\n" + Files.readString(output));
			}
			LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
		}
	}

	/**
	 * The server is ready when it has a reply that isn't {@code -LOADING}; a password
	 * that is missing is a reply, too.
	 */
	private boolean answers() {
		try (Socket socket = new Socket()) {
			socket.setSoTimeout(1000);
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 1000);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			String reply = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
			return reply.equals("+PONG") || reply.equals("-NOAU");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static List<String> asOptions(String... settings) {
		List<String> options = new ArrayList<>();
		for (int index = 0; index < settings.length; index += 2) {
			options.add("--" + settings[index]);
			options.add(settings[index + 1]);
		}
		return options;
	}

	/**
	 * Cluster needs the port plus 10,000 as well, so ports are sought below 55,535.
	 */
	private static int freePort() {
		while (true) {
			try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
				if (socket.getLocalPort() < 55535) {
					return socket.getLocalPort();
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private static Path temporaryDirectory() {
		try {
			return Files.createTempDirectory("kv-events-redis");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The server's program, unpacked once.
	 */
	private static final class Executable {

		static final File FILE = unpack();

		private static File unpack() {
			try {
				return RedisExecProvider.defaultProvider().get();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
