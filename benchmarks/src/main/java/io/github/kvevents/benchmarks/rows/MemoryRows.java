package io.github.kvevents.benchmarks.rows;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.fixture.Peers;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.watch.WatchOptions;

/**
 * Bytes and threads: of what an application registers, and of tracked keys in Redis.
 */
public final class MemoryRows {

	private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

	private static final int LISTENERS = 20;

	private MemoryRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("tracked-bytes", "bytes in Redis for a tracked key", "the key itself, with a time to live",
					MemoryRows::tracked)
			.differs("the plain key causes no event")
			.goals(Goal.ratioAtMost("100 B, no value taken", 1.6), Goal.ratioAtMost("10 KB, no value taken", 1.1)),
				Row.of("memory", "memory of a hook, an idle watch and an idle listener", "nothing", MemoryRows::memory)
					.goals(Goal.atMost("hook", 1024), Goal.atMost("watch", 2048), Goal.atMost("watch-threads", 0),
							Goal.atMost("listener-threads", 0)));
	}

	private static void tracked(Scale scale, Results results) throws Exception {
		for (int size : new int[] { 100, 10_000 }) {
			// so many that what connections take is nothing beside them
			int count = scale.pick(5_000_000, 30_000_000) / (size + 100);
			String text = (size < 1000) ? size + " B" : size / 1000 + " KB";
			double plain = plain(count, size);
			results.compare(text + ", no value taken", text + ", where no one takes the value", "B",
					List.of(tracked(count, size, false)), "SET … PX", List.of(plain));
			results.compare(text + ", value taken", text + ", with the last value", "B",
					List.of(tracked(count, size, true)), "SET … PX", List.of(plain));
		}
	}

	private static double plain(int count, int size) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer(); Peers peers = new Peers(server.port())) {
			double before = server.usedMemory();
			Keys keys = new Keys("tracked:", count, size);
			for (String key : keys.all()) {
				peers.lettuce().sync().psetex(key, TrackedRows.LIFETIME.toMillis(), keys.value(0));
			}
			return (server.usedMemory() - before) / count;
		}
	}

	private static double tracked(int count, int size, boolean takesValue) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port())) {
			application.trackExpiries("tracked:", (event) -> {
			}, takesValue);
			double before = server.usedMemory();
			Keys keys = new Keys("tracked:", count, size);
			SetOptions options = SetOptions.defaults().timeToLive(TrackedRows.LIFETIME);
			for (String key : keys.all()) {
				application.template().set(key, keys.value(0), options);
			}
			return (server.usedMemory() - before) / count;
		}
	}

	private static void memory(Scale scale, Results results) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port())) {
			results.figure("hook", "a synchronous hook with a prefix", "B",
					bytes(scale, 10_000,
							(number) -> application.hooks()
								.register(KvHookOptions.defaults()
									.events(KvEventType.SET)
									.filter(KeyFilter.prefix("order-" + number + ":")), (event) -> {
									})));
			List<AutoCloseable> watches = new ArrayList<>();
			// starts what all of them share
			application.template().watch(WatchOptions.prefix("first:"));
			await(server);
			int threads = threads();
			results.figure("watch", "an idle watch with a prefix", "B", bytes(scale, 5_000, (number) -> watches
				.add(application.template().watch(WatchOptions.prefix("user-" + number + ":")))));
			results.figure("watch-threads", "threads for %,d more watches".formatted(watches.size()), "threads",
					List.of((double) (threads() - threads)));
			listeners(server, application, results);
		}
	}

	private static void listeners(BenchmarkServer server, Application application, Results results) throws Exception {
		ListenerOptions options = ListenerOptions.defaults();
		application.listeners().register("first", options, (event) -> {
		});
		await(server);
		int threads = threads();
		for (int number = 0; number < LISTENERS; number++) {
			application.listeners().register("listener-" + number, options, (event) -> {
			});
		}
		await(server);
		results.figure("listener-threads", "threads for %d more idle listeners".formatted(LISTENERS), "threads",
				List.of((double) (threads() - threads)));
	}

	/**
	 * Gives what was registered the time to become idle, and threads that only began it
	 * the time to end.
	 */
	private static void await(BenchmarkServer server) throws InterruptedException {
		server.commands().ping();
		TimeUnit.SECONDS.sleep(7);
	}

	/**
	 * The threads that are there all the time.
	 */
	private static int threads() throws InterruptedException {
		int threads = Integer.MAX_VALUE;
		for (int look = 0; look < 20; look++) {
			threads = Math.min(threads, ManagementFactory.getThreadMXBean().getThreadCount());
			TimeUnit.MILLISECONDS.sleep(50);
		}
		return threads;
	}

	/**
	 * What one of many takes of the heap.
	 */
	private static List<Double> bytes(Scale scale, int count, Registration registration) throws InterruptedException {
		List<Double> bytes = new ArrayList<>();
		int number = 0;
		for (int round = -1; round < scale.pick(3, 5); round++) {
			long before = used();
			for (int index = 0; index < count; index++) {
				registration.register(number++);
			}
			if (round >= 0) {
				bytes.add((used() - before) / (double) count);
			}
		}
		return bytes;
	}

	private static long used() throws InterruptedException {
		long used = Long.MAX_VALUE;
		for (int collection = 0; collection < 3; collection++) {
			System.gc();
			TimeUnit.MILLISECONDS.sleep(50);
			used = Math.min(used, MEMORY.getHeapMemoryUsage().getUsed());
		}
		return used;
	}

	private interface Registration {

		void register(int number);

	}

}
