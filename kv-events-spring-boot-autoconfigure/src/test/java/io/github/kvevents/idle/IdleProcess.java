package io.github.kvevents.idle;

import java.util.List;

import io.github.kvevents.fixture.ApplicationProcess;

/**
 * An {@link IdleApplication} that runs. Its virtual machine has the settings of a small
 * service: compilers and collectors with threads of their own would be measured too.
 */
final class IdleProcess implements AutoCloseable {

	private final ApplicationProcess process;

	private IdleProcess(List<String> properties) {
		this.process = new ApplicationProcess(IdleApplication.class, IdleApplication.ANSWER, properties);
	}

	/**
	 * Starts an application, and returns when it is up.
	 */
	static IdleProcess start(List<String> properties) {
		IdleProcess process = new IdleProcess(properties);
		process.usage();
		return process;
	}

	/**
	 * What it has used since it was started.
	 */
	Usage usage() {
		String[] figures = this.process.ask("").split(" ");
		return new Usage(Long.parseLong(figures[0]), Integer.parseInt(figures[1]), logged().size());
	}

	List<String> logged() {
		return this.process.logged();
	}

	@Override
	public void close() {
		this.process.close();
	}

	/**
	 * What an application has used.
	 *
	 * @param cpuNanos the CPU time of the process
	 * @param threads how many threads of ours it has
	 * @param logLines how many lines it has logged
	 */
	record Usage(long cpuNanos, int threads, int logLines) {
	}

}
