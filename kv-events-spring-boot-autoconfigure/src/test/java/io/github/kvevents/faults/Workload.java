package io.github.kvevents.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.kvevents.core.KvTemplate;

/**
 * Several writers of one instance, each a thread that writes in all ways.
 */
final class Workload {

	private final List<Writer> writers = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	/**
	 * Makes writers, which are not started yet.
	 * @param template to write with
	 * @param history what they do is recorded here
	 * @param instance part of the names of the writers
	 * @param count how many
	 * @param pace the time between two operations of a writer
	 * @param seed of what they do
	 */
	Workload(KvTemplate template, HistoryFile history, String instance, int count, Duration pace, long seed) {
		for (int number = 0; number < count; number++) {
			Writer writer = new Writer(template, history, instance + "." + number, pace, seed * 31 + number);
			this.writers.add(writer);
			Thread thread = new Thread(writer, "fault-writer");
			thread.setDaemon(true);
			this.threads.add(thread);
		}
	}

	void start() {
		this.threads.forEach(Thread::start);
	}

	/**
	 * Lets each writer finish what it does.
	 */
	void stop() throws InterruptedException {
		this.writers.forEach(Writer::stop);
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

}
