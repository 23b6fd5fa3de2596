package io.github.kvevents.benchmarks.measure;

/**
 * What a server says of itself.
 */
public interface ServerMeter {

	/**
	 * The CPU time that its process has used, in microseconds.
	 */
	double cpuMicros();

	/**
	 * The time that it has spent in commands.
	 */
	CommandTime commandTime();

	/**
	 * Time in commands, in microseconds. A command that a script calls is in both.
	 *
	 * @param scripts the time in scripts, with all that they call
	 * @param others the time in other commands
	 */
	record CommandTime(double scripts, double others) {

		/**
		 * What clients caused since then, where either scripts or other commands are
		 * measured: the rest is little.
		 */
		double since(CommandTime before) {
			return Math.max(this.scripts - before.scripts, this.others - before.others);
		}

	}

	/**
	 * A meter for what needs no server.
	 */
	ServerMeter NONE = new ServerMeter() {

		@Override
		public double cpuMicros() {
			return 0;
		}

		@Override
		public CommandTime commandTime() {
			return new CommandTime(0, 0);
		}

	};

}
