package io.github.kvevents.idle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application with nothing to do costs a Redis Cluster of three primaries, with
 * 16 partitions, tracking, change log, a hook on every instance, a watch and two
 * listeners.
 */
class ClusterIdleTests {

	private static final Duration WINDOW = Duration.ofSeconds(10);

	@Test
	void oneInstanceSendsFewCommandsOverFewConnections(TestReporter reporter) throws Exception {
		try (TestCluster cluster = TestCluster.start(3)) {
			List<CommandMonitor> monitors = new ArrayList<>();
			for (TestRedis node : cluster.primaries()) {
				monitors.add(new CommandMonitor(node.getPort()));
			}
			long before = connections(cluster);
			try (IdleProcess process = IdleProcess.start(List.of("spring.application.name=idle",
					"kv.events.log.enabled=true", "spring.data.redis.port=" + cluster.primaries().get(0).getPort(),
					"spring.data.redis.cluster.nodes=" + cluster.addresses()))) {
				await().pollDelay(WINDOW).timeout(WINDOW.multipliedBy(3)).until(() -> true);
				for (CommandMonitor monitor : monitors) {
					monitor.reset();
				}
				long start = System.nanoTime();
				await().pollDelay(WINDOW).timeout(WINDOW.multipliedBy(3)).until(() -> true);
				Map<String, Integer> commands = new TreeMap<>();
				for (CommandMonitor monitor : monitors) {
					monitor.counts().forEach((name, count) -> commands.merge(name, count, Integer::sum));
				}
				double perSecond = commands.values().stream().mapToInt(Integer::intValue).sum() * 1e9
						/ (System.nanoTime() - start);
				long connections = connections(cluster) - before;
				reporter.publishEntry("in a cluster",
						perSecond + " commands/s, " + connections + " connections, " + process.usage());
				assertThat(perSecond).isLessThanOrEqualTo(120);
				assertThat(connections).isLessThanOrEqualTo(32);
			}
			for (CommandMonitor monitor : monitors) {
				monitor.close();
			}
		}
	}

	private static long connections(TestCluster cluster) {
		return cluster.primaries()
			.stream()
			.mapToLong((node) -> Long.parseLong(node.info("clients").getProperty("connected_clients")))
			.sum();
	}

}
