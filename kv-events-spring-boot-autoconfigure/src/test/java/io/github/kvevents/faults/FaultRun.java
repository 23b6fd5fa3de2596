package io.github.kvevents.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

import org.awaitility.core.ConditionTimeoutException;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.expiry.ExpiryMonitor;
import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.log.KvChangeLog;

import static org.awaitility.Awaitility.await;

/**
 * Instances that write and receive while faults of one kind happen, and the check of all
 * that at the end.
 */
final class FaultRun implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final Random random;

	private final Path directory;

	private final List<String> connection = new ArrayList<>();

	/** Those that run, and their names. */
	private final Map<Instance, String> instances = new LinkedHashMap<>();

	private final List<Path> files = new ArrayList<>();

	private final List<Long> faults = new ArrayList<>();

	private final History history = new History();

	/**
	 * Creates a run without instances.
	 * @param directory for the files of the instances
	 * @param seed of all that is random in it
	 * @param leases how long instances may be silent
	 * @param connection properties that lead to the servers
	 */
	FaultRun(Path directory, long seed, Leases leases, String... connection) {
		this.directory = directory;
		this.random = new Random(seed);
		this.connection.addAll(FaultApplication.SETTINGS);
		this.connection.addAll(leases.properties());
		this.connection.addAll(List.of(connection));
	}

	Random random() {
		return this.random;
	}

	/**
	 * Starts an instance in this process, which writes and receives when this returns.
	 */
	void here(String... properties) {
		add(Instance.here(properties(properties)));
	}

	/**
	 * Starts an instance in a process of its own; it is up a little later.
	 */
	Instance.Elsewhere elsewhere() {
		Instance.Elsewhere instance = new Instance.Elsewhere(properties());
		add(instance);
		return instance;
	}

	private void add(Instance instance) {
		this.instances.put(instance, this.files.get(this.files.size() - 1).getFileName().toString());
	}

	private List<String> properties(String... further) {
		String name = "i" + this.files.size();
		Path file = this.directory.resolve(name);
		this.files.add(file);
		List<String> properties = new ArrayList<>(this.connection);
		properties.addAll(List.of(further));
		properties.addAll(List.of("faults.instance=" + name, "faults.history=" + file, "faults.writers=2",
				"faults.seed=" + this.random.nextLong()));
		return properties;
	}

	/**
	 * An instance was killed: it is asked nothing any more.
	 */
	void gone(Instance instance) {
		this.instances.remove(instance);
	}

	/**
	 * A fault happens now.
	 */
	void fault() {
		this.faults.add(System.nanoTime());
	}

	/**
	 * Faults happened.
	 */
	void faults(List<Long> times) {
		this.faults.addAll(times);
	}

	/**
	 * Lets a time pass in which a fault lasts.
	 */
	void last(int fromMillis, int toMillis) {
		Duration time = Duration.ofMillis(fromMillis + this.random.nextInt(toMillis - fromMillis));
		await().atMost(PATIENCE).pollDelay(time).until(() -> true);
	}

	/**
	 * Waits until the instances have done and received a little more.
	 */
	void awaitActivity() {
		long enough = size() + 30_000 + this.random.nextInt(60_000);
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> size() >= enough);
	}

	/**
	 * Waits until all faults so far are over for the listener, in each partition.
	 */
	void awaitRecovery() {
		awaitReceivedSince(this.faults);
	}

	/**
	 * Waits until all instances have begun to write, and the listener to receive.
	 */
	void awaitBegin() {
		awaitActivity();
		awaitReceivedSince(List.of(System.nanoTime()));
	}

	private void awaitReceivedSince(List<Long> times) {
		await().atMost(PATIENCE)
			.pollInterval(Duration.ofMillis(200))
			.until(() -> new Recovery(history()).times(times).size() == times.size());
	}

	private History history() {
		this.history.update(this.files);
		return this.history;
	}

	private long size() {
		return this.files.stream().mapToLong((file) -> file.toFile().length()).sum();
	}

	/**
	 * Stops all writers, waits until everything was received, and checks it.
	 */
	Result finish(String fault, Bounds bounds) throws Exception {
		awaitRecovery();
		awaitAllReceiving();
		for (Instance instance : this.instances.keySet()) {
			instance.stopWriting();
		}
		try (ConfigurableApplicationContext observer = observe()) {
			awaitForChecks(() -> isEverythingReceived(observer));
			for (Instance instance : this.instances.keySet()) {
				instance.end();
			}
			History history = history();
			Snapshot snapshot = snapshot(observer);
			Files.write(this.directory.resolve("log"), snapshot.log().stream().map(Entry::words).toList());
			Findings findings = Checker.check(history, snapshot, bounds);
			return new Result(fault, this.faults.size(), history, findings, new Recovery(history).times(this.faults));
		}
	}

	/**
	 * Those that were started last have to receive something that the others write,
	 * however long they take to start.
	 */
	private void awaitAllReceiving() throws Exception {
		for (Instance instance : this.instances.keySet()) {
			instance.awaitReady();
		}
		awaitForChecks(() -> history().hooked().keySet().containsAll(this.instances.values()));
	}

	private ConfigurableApplicationContext observe() {
		List<String> properties = new ArrayList<>(this.connection);
		properties.add("spring.data.redis.timeout=10s");
		return new SpringApplicationBuilder(Observer.class).properties(properties.toArray(String[]::new)).run();
	}

	/**
	 * What is missing after a while is for the checks to report.
	 */
	private static void awaitForChecks(Callable<Boolean> condition) {
		try {
			await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(condition);
		}
		catch (ConditionTimeoutException ex) {
			System.out.println("Not everything was received within " + PATIENCE);
		}
	}

	private boolean isEverythingReceived(ConfigurableApplicationContext observer) {
		boolean expiring = observer.getBean(ExpiryMonitor.class)
			.getStatus()
			.partitions()
			.stream()
			.anyMatch((partition) -> partition.tracked() > 0 || partition.waiting() > 0
					|| !partition.pendingByInstance().isEmpty());
		if (expiring) {
			return false;
		}
		List<Entry> log = snapshot(observer).log();
		Set<Entry> missing = new HashSet<>(log);
		history().deliveries().forEach((delivery) -> missing.remove(delivery.entry()));
		Map<Integer, Entry> last = last(log);
		return missing.isEmpty() && this.instances.values()
			.stream()
			.map((name) -> last(
					this.history.hooked().getOrDefault(name, List.of()).stream().map(History.Delivery::entry).toList()))
			.allMatch((received) -> last.entrySet().containsAll(received.entrySet()));
	}

	/**
	 * The last entry of each partition.
	 */
	private static Map<Integer, Entry> last(List<Entry> entries) {
		Map<Integer, Entry> last = new HashMap<>();
		entries.forEach((entry) -> last.put(entry.position().partition(), entry));
		return last;
	}

	private static Snapshot snapshot(ConfigurableApplicationContext observer) {
		return Snapshot.take(observer.getBean(KvChangeLog.class), observer.getBean(KvTemplate.class));
	}

	@Override
	public void close() {
		this.instances.keySet().forEach(Instance::close);
	}

	/**
	 * An application that only looks.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Observer {

	}

	/**
	 * What came of a run.
	 *
	 * @param fault the kind of faults
	 * @param count how many
	 * @param history what the instances did and received
	 * @param findings what the checks found
	 * @param recovery how long the faults were felt, in order
	 */
	record Result(String fault, int count, History history, Findings findings, List<Duration> recovery) {

		long expired() {
			return this.history.deliveries()
				.stream()
				.filter((delivery) -> delivery.entry().type() == KvEventType.EXPIRED)
				.count();
		}

	}

}
