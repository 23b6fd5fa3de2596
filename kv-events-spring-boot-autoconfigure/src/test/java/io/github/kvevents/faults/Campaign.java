package io.github.kvevents.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.FaultRun.Result;
import io.github.kvevents.fixture.FaultScale;

/**
 * A run with faults: of one kind, or with each build of all kinds that can happen to the
 * same servers.
 *
 * @param fault what it is called
 * @param run makes the faults
 */
record Campaign(String fault, Run run) {

	/**
	 * All kinds of faults.
	 */
	static List<Campaign> all() {
		return Stream
			.of(of("faults of one server and of the connections to it", SingleServer.KINDS, SingleServer::new),
					of("faults of instances", Processes.KINDS, Processes::new),
					of("faults of primaries that Sentinels watch", SentinelServers.KINDS, SentinelServers::new),
					of("faults of a cluster", ClusterServers.KINDS, ClusterServers::new))
			.flatMap(List::stream)
			.toList();
	}

	private static <S extends Surroundings> List<Campaign> of(String all, List<Kind<S>> kinds, Opening<S> opening) {
		if (FaultScale.isSmall()) {
			return List.of(of(all, kinds, opening, Leases.SHORT));
		}
		return kinds.stream().map((kind) -> of(kind.fault(), List.of(kind), opening, kind.leases())).toList();
	}

	private static <S extends Surroundings> Campaign of(String fault, List<Kind<S>> kinds, Opening<S> opening,
			Leases leases) {
		return new Campaign(fault, (directory, seed) -> {
			try (S surroundings = opening.open(directory, seed, leases)) {
				surroundings.run().awaitBegin();
				Bounds bounds = Bounds.NONE;
				for (Kind<S> kind : kinds) {
					kind.action().make(surroundings, kind.count());
					bounds = bounds.plus(kind.bounds());
				}
				return surroundings.run().finish(fault, bounds);
			}
		});
	}

	@Override
	public String toString() {
		return this.fault;
	}

	/**
	 * Makes the faults.
	 */
	interface Run {

		/**
		 * Runs instances while the faults happen.
		 * @param directory for files
		 * @param seed of all that is random
		 * @return what came of it
		 */
		Result make(Path directory, long seed) throws Exception;

	}

	/**
	 * Starts servers and instances.
	 *
	 * @param <S> what it starts
	 */
	private interface Opening<S extends Surroundings> {

		S open(Path directory, long seed, Leases leases) throws Exception;

	}

}
