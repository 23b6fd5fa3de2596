package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import redis.embedded.RedisServer;
import redis.embedded.RedisServerBuilder;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A Redis server of its own for a run, which keeps nothing on disk, and connections to
 * it. Notifications of expired keys are switched on.
 */
final class BenchmarkServer implements AutoCloseable {

	private final Path directory;

	private final RedisServer server;

	private final int port;

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

	/**
	 * Starts a server.
	 * @param settings further lines of its configuration
	 */
	BenchmarkServer(String... settings) throws IOException {
		this.directory = Files.createTempDirectory("kv-events-benchmark");
		this.port = freePort();
		RedisServerBuilder builder = new RedisServerBuilder().port(this.port)
			.bind("127.0.0.1")
			.setting("dir " + this.directory)
			.setting("save \"\"")
			.setting("appendonly no")
			.setting("notify-keyspace-events Ex");
		for (String setting : settings) {
			builder.setting(setting);
		}
		this.server = builder.build();
		this.server.start();
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	int getPort() {
		return this.port;
	}

	/**
	 * A connection factory of its own for the caller, closed with the server.
	 */
	LettuceConnectionFactory connectionFactory() {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.port));
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return factory;
	}

	/**
	 * One figure of INFO.
	 */
	double info(LettuceConnectionFactory factory, String section, String figure) {
		try (RedisConnection connection = factory.getConnection()) {
			Properties entries = connection.serverCommands().info(section);
			if (entries == null) {
				throw new IllegalStateException("No reply to INFO " + section);
			}
			return Double.parseDouble(entries.getProperty(figure));
		}
	}

	@Override
	public void close() throws IOException {
		this.factories.forEach(LettuceConnectionFactory::destroy);
		this.server.stop();
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
