package io.github.kvevents.benchmarks.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvPosition;
import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.CommandMonitor;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Series.Point;
import io.github.kvevents.benchmarks.measure.ServerMeter;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.benchmarks.measure.Spread;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;
import io.github.kvevents.watch.WatchOptions;

/**
 * How costs grow with the number of something. The goals are exponents: 0 where the
 * number doesn't matter, 1 where the cost is in proportion.
 */
public final class GrowthRows {

	private static final String ITSELF = "itself, at other numbers";

	private static final SetOptions LIFETIME = SetOptions.defaults().timeToLive(TrackedRows.LIFETIME);

	private static final String WRITE = "write, p50";

	private static final String IDLE = "commands while idle";

	private GrowthRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("growth-hooks", "cost by hooks", ITSELF, GrowthRows::hooks).goals(Goal.atMost("dispatch", 0.15)),
				Row.of("growth-listeners", "cost by durable listeners, each of another prefix", ITSELF,
						GrowthRows::listeners)
					.goals(Goal.atMost("write", 0.1), Goal.atMost("idle", 1)),
				Row.of("growth-watches", "cost by watches, each of another prefix", ITSELF, GrowthRows::watches)
					.goals(Goal.atMost("write", 0.1)),
				Row.of("growth-partitions", "cost by partitions, tracked with the change log", ITSELF,
						GrowthRows::partitions)
					.goals(Goal.atMost("write", 0.1), Goal.atMost("idle", 1)),
				Row.of("growth-instances", "cost by instances, tracked with the change log", ITSELF,
						GrowthRows::instances)
					.goals(Goal.atMost("write", 0.1), Goal.atMost("idle", 1)),
				Row.of("growth-tracked-keys", "cost by tracked keys", ITSELF, GrowthRows::trackedKeys)
					.goals(Goal.atMost("write", 0.05), Goal.atMost("bytes", 0.05)),
				Row.of("growth-log-entries", "cost by entries in the change log", ITSELF, GrowthRows::logEntries)
					.goals(Goal.atMost("write", 0.05), Goal.atMost("read", 0.05)),
				Row.of("growth-value-size", "cost by the size of values", ITSELF, GrowthRows::valueSize)
					.goals(Goal.atMost("set", 1), Goal.atMost("tracked", 1)));
	}

	private static void hooks(Scale scale, Results results) throws Exception {
		List<Point> points = new ArrayList<>();
		try (Load load = new Load(ServerMeter.NONE, scale, 1)) {
			for (int hooks : new int[] { 1, 10, 100, 1000, 10_000 }) {
				points.add(point(hooks, load, HookRows.hooks(hooks, new LongAdder()), Metric.NANOS));
			}
		}
		results.series("dispatch", "dispatch to one that matches", "ns", "hooks", points);
	}

	private static Point point(long number, Load load, Side side, Metric metric) throws Exception {
		return new Point(number, Spread.of(load.run(side).figures(side.name(), metric)));
	}

	private static void listeners(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> idle = new ArrayList<>();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port());
				Load load = new Load(server, scale, 1)) {
			int registered = 0;
			for (int count : scale.pick(List.of(1, 4, 16), List.of(1, 4, 16, 64))) {
				for (; registered < count; registered++) {
					application.listeners()
						.register("listener-" + registered,
								ListenerOptions.defaults().filter(KeyFilter.prefix("user-" + registered + ":")),
								(event) -> {
								});
				}
				writes.add(point(count, load, writes(application), Metric.P50));
				idle.add(idle(count, server, scale));
			}
		}
		results.series("write", WRITE, "µs", "listeners", writes);
		results.series("idle", IDLE, "commands/s", "listeners", idle);
	}

	private static Side writes(Application application) {
		KvTemplate template = application.template();
		Keys keys = new Keys("t:");
		return Side.ours((number) -> template.set(keys.key(number), keys.value(number), LIFETIME));
	}

	/**
	 * How many commands come while nothing is done.
	 */
	private static Point idle(long number, BenchmarkServer server, Scale scale) throws Exception {
		// what was written before is being read
		TimeUnit.SECONDS.sleep(2);
		try (CommandMonitor monitor = new CommandMonitor(server.port())) {
			monitor.perSecond(200);
			return Point.of(number, Math.max(0.1, monitor.perSecond(scale.pick(3000, 10_000))));
		}
	}

	private static void watches(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port());
				Load load = new Load(server, scale, 1)) {
			int opened = 0;
			for (int count : new int[] { 1, 10, 100, 1000 }) {
				for (; opened < count; opened++) {
					application.template().watch(WatchOptions.prefix("user-" + opened + ":"));
				}
				writes.add(point(count, load, writes(application), Metric.P50));
			}
		}
		results.series("write", WRITE, "µs", "watches", writes);
	}

	private static void partitions(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> idle = new ArrayList<>();
		for (int partitions : new int[] { 1, 4, 16 }) {
			try (BenchmarkServer server = new BenchmarkServer();
					Application application = Application.logged(server.port(), "kv.events.partitions=" + partitions);
					Load load = new Load(server, scale, 1)) {
				prepare(application);
				writes.add(point(partitions, load, writes(application), Metric.P50));
				idle.add(idle(partitions, server, scale));
			}
		}
		results.series("write", WRITE, "µs", "partitions", writes);
		results.series("idle", IDLE, "commands/s", "partitions", idle);
	}

	/**
	 * Has an instance track expiries, and a durable listener.
	 */
	private static void prepare(Application application) throws InterruptedException {
		application.trackExpiries("t:", (event) -> {
		});
		application.listeners().register("listener", ListenerOptions.defaults(), (event) -> {
		});
	}

	private static void instances(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> idle = new ArrayList<>();
		List<Application> applications = new ArrayList<>();
		try (BenchmarkServer server = new BenchmarkServer(); Load load = new Load(server, scale, 1)) {
			try {
				for (int count : scale.pick(List.of(1, 2, 4), List.of(1, 2, 4, 8))) {
					while (applications.size() < count) {
						applications.add(Application.logged(server.port()));
						prepare(applications.get(applications.size() - 1));
					}
					writes.add(point(count, load, writes(applications.get(0)), Metric.P50));
					idle.add(idle(count, server, scale));
				}
			}
			finally {
				applications.forEach(Application::close);
			}
		}
		results.series("write", WRITE, "µs", "instances", writes);
		results.series("idle", IDLE + ", all instances", "commands/s", "instances", idle);
	}

	private static void trackedKeys(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> bytes = new ArrayList<>();
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.start(server.port());
				Load load = new Load(server, scale, 1)) {
			application.trackExpiries("k", (event) -> {
			});
			application.trackExpiries("t:", (event) -> {
			});
			Side side = writes(application);
			load.run(side);
			double empty = server.usedMemory();
			int written = 0;
			for (int count : scale.pick(List.of(1000, 10_000, 100_000), List.of(1000, 10_000, 100_000, 1_000_000))) {
				for (; written < count; written += 1000) {
					application.template()
						.batchSet(new Keys("k" + written + ":", 1000, Keys.SIZE).entries(0), LIFETIME);
				}
				bytes.add(Point.of(count, (server.usedMemory() - empty) / count));
				writes.add(point(count, load, side, Metric.P50));
			}
		}
		results.series("write", WRITE, "µs", "tracked keys", writes);
		results.series("bytes", "bytes for a key", "B", "tracked keys", bytes);
	}

	private static void logEntries(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> reads = new ArrayList<>();
		List<Integer> counts = scale.pick(List.of(1000, 100_000), List.of(1000, 100_000, 1_000_000));
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port(), "kv.events.log.max-length=2000000");
				Load load = new Load(server, scale, 1)) {
			for (int count : counts) {
				DeliveryRows.fill(application, (int) Math.max(0, count - entries(application, server)));
				KvPosition latest = application.changeLog().latest().getOrDefault(0, new KvPosition(0, 0, 0));
				DeliveryRows.fill(application, 100);
				ReadRequest request = ReadRequest.from(StartPosition.after(latest)).limit(100);
				long before = entries(application, server);
				reads.add(point(before, load, Side.ours((number) -> read(application, request)), Metric.P50));
				Point write = point(before, load, writes(application), Metric.P50);
				// the writes are in the log too
				writes.add(new Point((before + entries(application, server)) / 2, write.figure()));
			}
		}
		results.series("write", WRITE, "µs", "entries in the log", writes);
		results.series("read", "a page of 100 at the end, p50", "µs", "entries in the log", reads);
	}

	private static long entries(Application application, BenchmarkServer server) {
		return server.commands().xlen(DeliveryRows.stream(application));
	}

	private static void read(Application application, ReadRequest request) {
		KvChangePage page = application.changeLog().read(request);
		if (page.events().size() != 100) {
			throw new IllegalStateException("A page has " + page.events().size() + " events");
		}
	}

	private static void valueSize(Scale scale, Results results) throws Exception {
		Map<String, List<Point>> points = new LinkedHashMap<>();
		try (BenchmarkServer server = new BenchmarkServer();
				Application plain = Application.start(server.port(), "kv.events.namespace=plain");
				Application tracked = Application.start(server.port());
				Load load = new Load(server, scale, 1)) {
			tracked.trackExpiries("t:", (event) -> {
			});
			for (int size : scale.pick(List.of(100, 1000, 10_000, 100_000),
					List.of(100, 1000, 10_000, 100_000, 1_000_000))) {
				Keys keys = new Keys("t:", 100, size);
				Keys others = new Keys("p:", 100, size);
				add(points, "set", size, load,
						(number) -> plain.template().set(others.key(number), others.value(number)));
				add(points, "tracked", size, load,
						(number) -> tracked.template().set(keys.key(number), keys.value(number), LIFETIME));
			}
		}
		points.forEach((id, all) -> results.series(id, id.equals("set") ? "`set`, p50" : "tracked `set`, p50", "µs",
				"bytes of the value", all));
	}

	private static void add(Map<String, List<Point>> points, String id, int size, Load load, Side.Work work)
			throws Exception {
		points.computeIfAbsent(id, (name) -> new ArrayList<>()).add(point(size, load, Side.ours(work), Metric.P50));
	}

}
