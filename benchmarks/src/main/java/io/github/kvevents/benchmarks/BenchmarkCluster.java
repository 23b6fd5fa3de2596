package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Redis Cluster of primaries for a run, or one server that is none.
 */
final class BenchmarkCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private final List<BenchmarkServer> nodes = new ArrayList<>();

	private final List<LettuceConnectionFactory> toNodes = new ArrayList<>();

	private final LettuceConnectionFactory connectionFactory;

	private BenchmarkCluster(int primaries) throws IOException, InterruptedException {
		if (primaries == 0) {
			this.nodes.add(new BenchmarkServer());
			this.toNodes.add(this.nodes.get(0).connectionFactory());
			this.connectionFactory = this.nodes.get(0).connectionFactory();
			return;
		}
		RedisClusterConfiguration configuration = new RedisClusterConfiguration();
		for (int number = 0; number < primaries; number++) {
			BenchmarkServer node = new BenchmarkServer("cluster-enabled yes",
					"cluster-port " + BenchmarkServer.freePort());
			this.nodes.add(node);
			this.toNodes.add(node.connectionFactory());
			configuration.addClusterNode(new RedisNode("127.0.0.1", node.getPort()));
		}
		form();
		this.connectionFactory = new LettuceConnectionFactory(configuration);
		this.connectionFactory.afterPropertiesSet();
		this.connectionFactory.start();
	}

	/**
	 * Starts a cluster that serves all slots.
	 */
	static BenchmarkCluster start(int primaries) throws IOException, InterruptedException {
		return new BenchmarkCluster(primaries);
	}

	/**
	 * Starts a server that is no cluster.
	 */
	static BenchmarkCluster single() throws IOException, InterruptedException {
		return new BenchmarkCluster(0);
	}

	private void form() throws InterruptedException {
		int count = this.nodes.size();
		for (int number = 0; number < count; number++) {
			cluster(number, "SET-CONFIG-EPOCH", String.valueOf(number + 1));
			cluster(number, "ADDSLOTSRANGE", String.valueOf(number * SLOTS / count),
					String.valueOf((number + 1) * SLOTS / count - 1));
			BenchmarkServer node = this.nodes.get(number);
			cluster(0, "MEET", "127.0.0.1", String.valueOf(node.getPort()), busOf(number));
		}
		for (int number = 0; number < count; number++) {
			while (!cluster(number, "INFO").contains("cluster_state:ok")
					|| !cluster(number, "INFO").contains("cluster_known_nodes:" + count + "\r")) {
				TimeUnit.MILLISECONDS.sleep(50);
			}
		}
	}

	private String busOf(int number) {
		return cluster(number, "NODES").lines()
			.filter((line) -> line.contains("myself"))
			.map((line) -> line.replaceFirst("^[^@]*@(\\d+).*$", "$1"))
			.findFirst()
			.orElseThrow();
	}

	private String cluster(int number, String... arguments) {
		byte[][] bytes = Arrays.stream(arguments)
			.map((argument) -> argument.getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
		try (RedisConnection connection = this.toNodes.get(number).getConnection()) {
			Object reply = connection.execute("CLUSTER", bytes);
			return (reply instanceof byte[] text) ? new String(text, StandardCharsets.UTF_8) : String.valueOf(reply);
		}
	}

	LettuceConnectionFactory connectionFactory() {
		return this.connectionFactory;
	}

	/**
	 * The sum of a figure of INFO over all nodes.
	 */
	double info(String section, String figure) {
		double sum = 0;
		for (int number = 0; number < this.nodes.size(); number++) {
			sum += this.nodes.get(number).info(this.toNodes.get(number), section, figure);
		}
		return sum;
	}

	/**
	 * The microseconds for which all nodes executed scripts.
	 */
	double scriptMicros() {
		double sum = 0;
		for (LettuceConnectionFactory node : this.toNodes) {
			try (RedisConnection connection = node.getConnection()) {
				Properties stats = Objects.requireNonNull(connection.serverCommands().info("commandstats"));
				String evalsha = stats.getProperty("cmdstat_evalsha", "calls=0,usec=0,");
				sum += Double.parseDouble(evalsha.replaceFirst("^.*,usec=(\\d+),.*$", "$1"));
			}
		}
		return sum;
	}

	@Override
	public void close() throws IOException {
		this.connectionFactory.destroy();
		for (BenchmarkServer node : this.nodes) {
			node.close();
		}
	}

}
