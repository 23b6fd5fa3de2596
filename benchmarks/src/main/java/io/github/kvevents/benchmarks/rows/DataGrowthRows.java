package io.github.kvevents.benchmarks.rows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.KvPosition;
import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Keys;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Load;
import io.github.kvevents.benchmarks.measure.Metric;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Series.Point;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.StartPosition;

/**
 * How costs grow with what is in Redis. The goals are exponents, as in
 * {@link GrowthRows}.
 */
public final class DataGrowthRows {

	private DataGrowthRows() {
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("growth-tracked-keys", "cost by tracked keys", GrowthRows.ITSELF, DataGrowthRows::trackedKeys)
					.goals(Goal.atMost("write", 0.05), Goal.atMost("bytes", 0.05)),
				Row.of("growth-log-entries", "cost by entries in the change log", GrowthRows.ITSELF,
						DataGrowthRows::logEntries)
					.goals(Goal.atMost("write", 0.05), Goal.atMost("read", 0.05)),
				Row.of("growth-value-size", "cost by the size of values", GrowthRows.ITSELF, DataGrowthRows::valueSize)
					.goals(Goal.atMost("set", 1), Goal.atMost("tracked", 1)));
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
			Side side = GrowthRows.writes(application);
			load.run(side);
			double empty = server.usedMemory();
			int written = 0;
			for (int count : scale.pick(List.of(1000, 10_000, 100_000), List.of(1000, 10_000, 100_000, 1_000_000))) {
				for (; written < count; written += 1000) {
					application.template()
						.batchSet(new Keys("k" + written + ":", 1000, Keys.SIZE).entries(0), GrowthRows.LIFETIME);
				}
				bytes.add(Point.of(count, (server.usedMemory() - empty) / count));
				writes.add(GrowthRows.point(count, load, side, Metric.P50));
			}
		}
		results.series("write", GrowthRows.WRITE, "µs", "tracked keys", writes);
		results.series("bytes", "bytes for a key", "B", "tracked keys", bytes);
	}

	private static void logEntries(Scale scale, Results results) throws Exception {
		List<Point> writes = new ArrayList<>();
		List<Point> reads = new ArrayList<>();
		List<Integer> counts = scale.pick(List.of(1000, 100_000), List.of(1000, 100_000, 1_000_000));
		try (BenchmarkServer server = new BenchmarkServer();
				Application application = Application.logged(server.port(), "kv.events.log.max-length=2000000");
				Load load = new Load(server, scale, 1)) {
			// there is no log before the first entry
			ListenerRows.fill(application, 1);
			for (int count : counts) {
				ListenerRows.fill(application, (int) Math.max(0, count - entries(application, server)));
				KvPosition latest = application.changeLog().latest().getOrDefault(0, new KvPosition(0, 0, 0));
				ListenerRows.fill(application, 100);
				ReadRequest request = ReadRequest.from(StartPosition.after(latest)).limit(100);
				long before = entries(application, server);
				reads
					.add(GrowthRows.point(before, load, Side.ours((number) -> read(application, request)), Metric.P50));
				Point write = GrowthRows.point(before, load, GrowthRows.writes(application), Metric.P50);
				// the writes are in the log too
				writes.add(new Point((before + entries(application, server)) / 2, write.figure()));
			}
		}
		results.series("write", GrowthRows.WRITE, "µs", "entries in the log", writes);
		results.series("read", "a page of 100 at the end, p50", "µs", "entries in the log", reads);
	}

	private static long entries(Application application, BenchmarkServer server) {
		return server.commands().xlen(ListenerRows.stream(application));
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
						(number) -> tracked.template().set(keys.key(number), keys.value(number), GrowthRows.LIFETIME));
			}
		}
		points.forEach((id, all) -> results.series(id, id.equals("set") ? "`set`, p50" : "tracked `set`, p50", "µs",
				"bytes of the value", all));
	}

	private static void add(Map<String, List<Point>> points, String id, int size, Load load, Side.Work work)
			throws Exception {
		points.computeIfAbsent(id, (name) -> new ArrayList<>())
			.add(GrowthRows.point(size, load, Side.ours(work), Metric.P50));
	}

}
