package io.github.kvevents.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.lettuce.core.cluster.SlotHash;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.fixture.TestCluster;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.store.Namespace;

import static org.awaitility.Awaitility.await;

/**
 * Three primaries with a replica each.
 */
final class ClusterServers implements Surroundings {

	private static final int PARTITIONS = 16;

	private static final int SHARDS = 3;

	private static final Bounds BROKEN = Bounds.NONE.losingReplies();

	static final List<Kind<ClusterServers>> KINDS = List.of(
			new Kind<>("cluster: slot of a partition moved", 1, 50, Leases.LONG, BROKEN,
					each(ClusterServers::moveSlot)),
			new Kind<>("cluster: fail-over by the operator", 1, 25, Leases.LONG, BROKEN,
					each(ClusterServers::failOver)),
			new Kind<>("cluster: primary killed (SIGKILL)", 1, 25, Leases.LONG,
					BROKEN.losingData().takeovers(2, PARTITIONS), each(ClusterServers::killPrimary)));

	private final TestCluster cluster = TestCluster.startWithReplicas(SHARDS, "cluster-node-timeout", "2000");

	private final TestRedis[] primaries = this.cluster.primaries().toArray(TestRedis[]::new);

	private final TestRedis[] replicas = this.cluster.replicas().toArray(TestRedis[]::new);

	/** Which shard has each partition. */
	private final int[] owners = IntStream.range(0, PARTITIONS)
		.map((partition) -> this.cluster.primaries().indexOf(this.cluster.primaryOf(log(partition))))
		.toArray();

	private final FaultRun run;

	ClusterServers(Path directory, long seed, Leases leases) {
		this.run = new FaultRun(directory, seed, leases, "spring.data.redis.cluster.nodes=" + this.cluster.addresses());
		this.run.here();
		this.run.here();
	}

	private static Kind.Action<ClusterServers> each(Fault fault) {
		return (cluster, count) -> {
			for (int number = 0; number < count; number++) {
				fault.make(cluster, cluster.run.random().nextInt(SHARDS));
				cluster.run.awaitRecovery();
			}
		};
	}

	@Override
	public FaultRun run() {
		return this.run;
	}

	private static String log(int partition) {
		return Namespace.tagged("faults", PARTITIONS).log(partition);
	}

	private void failOver(int shard) {
		awaitSynchronized(shard);
		this.run.fault();
		this.cluster.failOver(this.replicas[shard]);
		swap(shard);
	}

	private void killPrimary(int shard) {
		awaitSynchronized(shard);
		this.run.fault();
		this.primaries[shard].kill();
		this.cluster.awaitPrimary(this.replicas[shard]);
		this.primaries[shard].restart();
		swap(shard);
	}

	private void awaitSynchronized(int shard) {
		await().atMost(Duration.ofMinutes(2))
			.ignoreExceptions()
			.until(() -> "up".equals(this.replicas[shard].info("replication").getProperty("master_link_status")));
	}

	private void swap(int shard) {
		TestRedis replica = this.replicas[shard];
		this.replicas[shard] = this.primaries[shard];
		this.primaries[shard] = replica;
	}

	/**
	 * To the shard, or the one beside it.
	 */
	private void moveSlot(int shard) {
		int partition = this.run.random().nextInt(PARTITIONS);
		int to = (this.owners[partition] != shard) ? shard : (shard + 1) % SHARDS;
		this.run.fault();
		this.cluster.moveSlot(SlotHash.getSlot(log(partition)), this.primaries[this.owners[partition]],
				this.primaries[to]);
		this.owners[partition] = to;
	}

	@Override
	public void close() {
		this.run.close();
		this.cluster.close();
	}

	/**
	 * Makes a fault.
	 */
	private interface Fault {

		void make(ClusterServers cluster, int shard);

	}

}
