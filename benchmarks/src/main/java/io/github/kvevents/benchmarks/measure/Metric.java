package io.github.kvevents.benchmarks.measure;

import java.util.function.ToDoubleFunction;

/**
 * A figure of a round.
 */
public enum Metric {

	/** Operations in a second. */
	RATE("operations/s", (round) -> round.operations() / round.seconds()),

	/** The median of the time of an operation. */
	P50("µs", (round) -> round.p50Nanos() / 1e3),

	/** The 99th percentile of it. */
	P99("µs", (round) -> round.p99Nanos() / 1e3),

	/** The median of the time of an operation that takes less than a microsecond. */
	NANOS("ns", Round::p50Nanos),

	/** The CPU time of the server's process for an operation. */
	SERVER_CPU("µs", (round) -> round.serverMicros() / round.operations()),

	/** The part of it that the server spends in commands, without reading and writing. */
	COMMANDS("µs", (round) -> round.commandMicros() / round.operations()),

	/** The CPU time of this process for an operation: of all its threads. */
	CLIENT_CPU("µs", (round) -> round.clientNanos() / 1e3 / round.operations()),

	/** What all threads of this process allocate for an operation. */
	ALLOCATION("B", (round) -> round.allocated() / (double) round.operations());

	private final String unit;

	@SuppressWarnings("ImmutableEnumChecker") // these functions have no state
	private final ToDoubleFunction<Round> figure;

	Metric(String unit, ToDoubleFunction<Round> figure) {
		this.unit = unit;
		this.figure = figure;
	}

	String unit() {
		return this.unit;
	}

	double of(Round round) {
		return this.figure.applyAsDouble(round);
	}

	/**
	 * What was measured in a round of one side.
	 *
	 * @param seconds how long it took
	 * @param operations how many operations there were
	 * @param p50Nanos the median of their times
	 * @param p99Nanos the 99th percentile of their times
	 * @param serverMicros the CPU time of the server
	 * @param commandMicros the time that the server spent in commands
	 * @param clientNanos the CPU time of this process
	 * @param allocated what this process allocated
	 */
	record Round(double seconds, long operations, double p50Nanos, double p99Nanos, double serverMicros,
			double commandMicros, long clientNanos, long allocated) {

	}

}
