package io.github.kvevents.faults;

import java.util.List;

import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.fixture.ApplicationProcess;

/**
 * A {@link FaultApplication} that runs or ran.
 */
interface Instance extends AutoCloseable {

	/**
	 * Waits until the application writes.
	 */
	void awaitReady();

	/**
	 * Stops its writers; returns when they have stopped.
	 */
	void stopWriting() throws Exception;

	/**
	 * Has the watch read what is left.
	 */
	void end() throws Exception;

	@Override
	void close();

	/**
	 * Starts an application in this process.
	 */
	static Instance here(List<String> properties) {
		return new Here(FaultApplication.run(properties));
	}

	/**
	 * An application in this process.
	 *
	 * @param context its context
	 */
	record Here(ConfigurableApplicationContext context) implements Instance {

		@Override
		public void awaitReady() {
			// it has been since the start returned
		}

		@Override
		public void stopWriting() throws InterruptedException {
			this.context.getBean(Workload.class).stop();
		}

		@Override
		public void end() throws InterruptedException {
			this.context.getBean(WatchReading.class).end();
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	/**
	 * An application in a process of its own, which can be killed and frozen.
	 */
	final class Elsewhere implements Instance {

		private final ApplicationProcess process;

		private boolean ready;

		/**
		 * Starts a process; its application is up a little later.
		 * @param properties of the application
		 */
		Elsewhere(List<String> properties) {
			this.process = new ApplicationProcess(FaultApplication.class, FaultApplication.ANSWER, properties);
		}

		@Override
		public void awaitReady() {
			if (!this.ready) {
				this.process.awaitAnswer();
				this.ready = true;
			}
		}

		@Override
		public void stopWriting() {
			this.process.ask("stop");
		}

		@Override
		public void end() {
			this.process.ask("end");
		}

		ApplicationProcess process() {
			return this.process;
		}

		@Override
		public void close() {
			this.process.close();
		}

	}

}
