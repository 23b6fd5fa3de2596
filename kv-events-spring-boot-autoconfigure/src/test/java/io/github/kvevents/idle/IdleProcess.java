package io.github.kvevents.idle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An {@link IdleApplication} that runs. Its virtual machine has the settings of a small
 * service: compilers and collectors with threads of their own would be measured too.
 */
final class IdleProcess implements AutoCloseable {

	private final Process process;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final List<String> logged = new CopyOnWriteArrayList<>();

	private IdleProcess(List<String> properties) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						IdleApplication.class.getName()));
		properties.forEach((property) -> command.add("--" + property));
		this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		Thread reader = new Thread(this::read, "idle-process-output");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts an application, and returns when it is up.
	 */
	static IdleProcess start(List<String> properties) throws Exception {
		IdleProcess process = new IdleProcess(properties);
		process.usage();
		return process;
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
			String line = output.readLine();
			while (line != null) {
				if (line.startsWith(IdleApplication.ANSWER)) {
					this.answers.add(line.substring(IdleApplication.ANSWER.length()));
				}
				else {
					this.logged.add(line);
				}
				line = output.readLine();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What it has used since it was started.
	 */
	Usage usage() throws Exception {
		this.process.outputWriter().write("\n");
		this.process.outputWriter().flush();
		String answer = this.answers.poll(2, TimeUnit.MINUTES);
		if (answer == null) {
			throw new IllegalStateException("The application does not answer: " + this.logged);
		}
		String[] figures = answer.split(" ");
		return new Usage(Long.parseLong(figures[0]), Integer.parseInt(figures[1]), this.logged.size());
	}

	List<String> logged() {
		return this.logged;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
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
