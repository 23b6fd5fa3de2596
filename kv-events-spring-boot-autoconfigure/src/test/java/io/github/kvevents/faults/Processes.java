package io.github.kvevents.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Instance.Elsewhere;
import io.github.kvevents.faults.Kind.Action;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;

/**
 * Instances in processes of their own.
 */
final class Processes implements Surroundings {

	private static final int PARTITIONS = 4;

	/** Long runs have to fit into memory. */
	private static final String PACE = FaultScale.isSmall() ? "3ms" : "15ms";

	private static final int INSTANCES = 3;

	private static final Bounds AWAY = Bounds.NONE.takeovers(1, PARTITIONS);

	static final List<Kind<Processes>> KINDS = List.of(
			new Kind<>("instance stopped (SIGSTOP) for 2.5 to 4 s, its lease is 2 s", 1, 50, Leases.SHORT, AWAY,
					Action.each((processes, number) -> processes.freeze())),
			new Kind<>("instance killed (SIGKILL), another one started", 1, 500, Leases.SHORT, AWAY,
					Action.each((processes, number) -> processes.kill())));

	private final TestRedis redis = TestRedis.start();

	private final FaultRun run;

	private final List<Elsewhere> running = new ArrayList<>();

	Processes(Path directory, long seed, Leases leases) {
		this.run = new FaultRun(directory, seed, leases, "spring.data.redis.port=" + this.redis.getPort(),
				"kv.events.partitions=" + PARTITIONS, "faults.pace=" + PACE);
		for (int number = 0; number < INSTANCES; number++) {
			this.running.add(this.run.elsewhere());
		}
		this.running.forEach(Elsewhere::awaitReady);
	}

	@Override
	public FaultRun run() {
		return this.run;
	}

	private void freeze() {
		Elsewhere victim = this.running.get(this.run.random().nextInt(INSTANCES));
		this.run.fault();
		victim.process().freeze();
		this.run.last(2500, 4000);
		victim.process().thaw();
	}

	private void kill() {
		int number = this.run.random().nextInt(INSTANCES);
		Elsewhere victim = this.running.get(number);
		victim.awaitReady();
		this.run.fault();
		victim.process().kill();
		this.run.gone(victim);
		this.running.set(number, this.run.elsewhere());
	}

	@Override
	public void close() {
		this.run.close();
		this.redis.close();
	}

}
