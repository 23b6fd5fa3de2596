package io.github.kvevents.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;
import io.github.kvevents.fixture.TestSentinel;
import io.github.kvevents.store.Namespace;

import static org.awaitility.Awaitility.await;

/**
 * A primary with two replicas that Sentinels watch, with the settings that
 * {@code docs/production.md} recommends.
 */
final class SentinelServers implements Surroundings {

	/** Instances stay on the former primary for some ten seconds. */
	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final int PARTITIONS = 4;

	/** Long runs have to fit into memory. */
	private static final String PACE = FaultScale.isSmall() ? "3ms" : "15ms";

	private static final Namespace NAMESPACE = new Namespace("faults", PARTITIONS);

	private static final Bounds LOSING = Bounds.NONE.losingData().takeovers(2, PARTITIONS);

	static final List<Kind<SentinelServers>> KINDS = List
		.of(new Kind<>("Sentinel: fail-over by the operator, and each fifth time the primary killed (SIGKILL)", 1, 50,
				Leases.LONG, LOSING, SentinelServers::failOver));

	private final TestSentinel sentinel = TestSentinel.start("min-replicas-to-write", "1", "min-replicas-max-lag", "1");

	private final FaultRun run;

	SentinelServers(Path directory, long seed, Leases leases) {
		this.run = new FaultRun(directory, seed, leases, "spring.data.redis.sentinel.master=" + TestSentinel.NAME,
				"spring.data.redis.sentinel.nodes=" + this.sentinel.addresses(),
				"spring.data.redis.lettuce.read-from=upstream", "kv.events.partitions=" + PARTITIONS,
				"faults.pace=" + PACE);
		this.run.here();
		this.run.here();
	}

	@Override
	public FaultRun run() {
		return this.run;
	}

	private void failOver(int count) {
		for (int number = 0; number < count; number++) {
			this.sentinel.awaitReplicated();
			TestRedis before = this.sentinel.primary();
			this.run.fault();
			if (number % 5 == 4) {
				awaitWrites(this.sentinel.killPrimary());
				before.restart();
			}
			else {
				awaitWrites(this.sentinel.failOver());
			}
			this.run.awaitRecovery();
		}
	}

	/**
	 * Waits until the instances write to the new primary.
	 */
	private static void awaitWrites(TestRedis primary) {
		long length = length(primary);
		await().atMost(PATIENCE).until(() -> length(primary) > length + 20);
	}

	private static long length(TestRedis redis) {
		return IntStream.range(0, PARTITIONS)
			.mapToLong((partition) -> (Long) redis.execute("XLEN", NAMESPACE.log(partition)))
			.sum();
	}

	@Override
	public void close() {
		this.run.close();
		this.sentinel.close();
	}

}
