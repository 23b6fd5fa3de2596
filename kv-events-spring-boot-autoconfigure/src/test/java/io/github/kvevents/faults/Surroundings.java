package io.github.kvevents.faults;

/**
 * Servers and instances to which faults happen.
 */
interface Surroundings extends AutoCloseable {

	FaultRun run();

	@Override
	void close();

}
