package io.github.kvevents.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;

/**
 * A Redis Cluster of primaries for a run, or one server that is none.
 */
final class BenchmarkCluster implements AutoCloseable {

	private static final int SLOTS = 16384;

	private final List<BenchmarkServer> nodes = new ArrayList<>();

	private final LettuceConnectionFactory connectionFactory;

	private double quietMicros;

	private BenchmarkCluster(int primaries) throws IOException, InterruptedException {
		if (primaries == 0) {
			this.nodes.add(new BenchmarkServer());
			this.connectionFactory = new LettuceConnectionFactory(
					new RedisStandaloneConfiguration("127.0.0.1", this.nodes.get(0).port()));
		}
		else {
			RedisClusterConfiguration configuration = new RedisClusterConfiguration();
			for (int number = 0; number < primaries; number++) {
				BenchmarkServer node = new BenchmarkServer("cluster-enabled yes",
						"cluster-port " + BenchmarkServer.freePort());
				this.nodes.add(node);
				configuration.addClusterNode(new RedisNode("127.0.0.1", node.port()));
			}
			form();
			this.connectionFactory = new LettuceConnectionFactory(configuration);
		}
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
			RedisCommands<String, String> node = this.nodes.get(number).commands();
			node.clusterSetConfigEpoch(number + 1);
			node.clusterAddSlots(IntStream.range(number * SLOTS / count, (number + 1) * SLOTS / count).toArray());
			meet(this.nodes.get(number));
		}
		for (BenchmarkServer node : this.nodes) {
			while (!isFormed(node.commands().clusterInfo())) {
				TimeUnit.MILLISECONDS.sleep(50);
			}
		}
	}

	private boolean isFormed(String info) {
		return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + this.nodes.size() + "\r");
	}

	private void meet(BenchmarkServer node) {
		CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8).add("MEET")
			.add("127.0.0.1")
			.add(node.port())
			.add(busOf(node));
		this.nodes.get(0).commands().dispatch(CommandType.CLUSTER, new StatusOutput<>(StringCodec.UTF8), arguments);
	}

	private static String busOf(BenchmarkServer node) {
		return node.commands()
			.clusterNodes()
			.lines()
			.filter((line) -> line.contains("myself"))
			.map((line) -> line.replaceFirst("^[^@]*@(\\d+).*$", "$1"))
			.findFirst()
			.orElseThrow();
	}

	LettuceConnectionFactory connectionFactory() {
		return this.connectionFactory;
	}

	/**
	 * The microseconds of processor time that all nodes have used.
	 */
	double cpuMicros() {
		return this.nodes.stream().mapToDouble(BenchmarkServer::cpuMicros).sum();
	}

	/**
	 * The microseconds for which all nodes executed scripts.
	 */
	double scriptMicros() {
		return this.nodes.stream().mapToDouble((node) -> node.commandTime().scripts()).sum();
	}

	/**
	 * Measures what all nodes use while nobody writes.
	 * @return the microseconds of processor time in a second
	 */
	double measureQuiet() throws InterruptedException {
		double before = cpuMicros();
		long start = System.nanoTime();
		TimeUnit.SECONDS.sleep(5);
		double used = cpuMicros() - before;
		this.quietMicros = used * 1e9 / (System.nanoTime() - start);
		return this.quietMicros;
	}

	/**
	 * What {@link #measureQuiet()} found.
	 */
	double quietMicros() {
		return this.quietMicros;
	}

	/**
	 * The number of the node that has the keys with a hash tag.
	 */
	int primaryOf(String tag) {
		int slot = SlotHash.getSlot(tag.getBytes(StandardCharsets.UTF_8));
		return IntStream.range(0, this.nodes.size())
			.filter((number) -> slot < (number + 1) * SLOTS / this.nodes.size())
			.findFirst()
			.orElseThrow();
	}

	int size() {
		return this.nodes.size();
	}

	/**
	 * How many scripts all nodes have run.
	 */
	double scriptCalls() {
		return this.nodes.stream().mapToDouble(BenchmarkServer::scriptCalls).sum();
	}

	/**
	 * How often all nodes have read from a socket.
	 */
	double socketReads() {
		return this.nodes.stream().mapToDouble(BenchmarkServer::socketReads).sum();
	}

	@Override
	public void close() throws IOException {
		this.connectionFactory.destroy();
		for (BenchmarkServer node : this.nodes) {
			node.close();
		}
	}

}
