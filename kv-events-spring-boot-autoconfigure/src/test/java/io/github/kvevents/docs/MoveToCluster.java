package io.github.kvevents.docs;

import java.util.List;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.redis.NamespaceMove;
import io.github.kvevents.store.Namespace;

/**
 * The command of docs/cluster.md.
 */
public class MoveToCluster {

	/**
	 * Moves a namespace.
	 * @param args host and port of the server, nodes of the cluster, and 'run'
	 */
	// @formatter:off
	public static void main(String... args) {
		String[] address = args[0].split(":");
		LettuceConnectionFactory server = start(
				new LettuceConnectionFactory(address[0], Integer.parseInt(address[1])));
		LettuceConnectionFactory cluster = start(
				new LettuceConnectionFactory(new RedisClusterConfiguration(List.of(args[1].split(",")))));
		try {
			// the namespace, the partitions at each end, and kv.events.key-prefix
			NamespaceMove move = new NamespaceMove(server, new Namespace("shop", 1),
					cluster, Namespace.tagged("shop", 16), "app:");
			boolean run = args.length > 2 && args[2].equals("run");
			System.out.println(run ? move.run() : move.dryRun());
		}
		finally {
			server.destroy();
			cluster.destroy();
		}
	}

	private static LettuceConnectionFactory start(LettuceConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}
	// @formatter:on

}
