package io.github.kvevents.benchmarks.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
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
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.listener.ListenerOptions;
import io.github.kvevents.watch.WatchOptions;

/**
 * How costs grow with the number of what an application has. The goals are exponents: 0
 * where the number doesn't matter, 1 where the cost is in proportion.
 */
public final class GrowthRows {

	static final String ITSELF = "itself, at other numbers";

	static final SetOptions LIFETIME = SetOptions.defaults().timeToLive(TrackedRows.LIFETIME);

	static final String WRITE = "write, p50";

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
					.goals(Goal.atMost("write", 0.1), Goal.atMost("idle", 1)));
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

	static Point point(long number, Load load, Side side, Metric metric) throws Exception {
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

	static Side writes(Application application) {
		KvTemplate template = application.template();
		Keys keys = new Keys("t:");
		return Side.ours((number) -> template.set(keys.key(number), keys.value(number), LIFETIME));
	}

	/**
	 * How many commands come while nothing is done.
	 */
	private static Point idle(long number, BenchmarkServer server, Scale scale) throws Exception {
		// what was written before is being read
		TimeUnit.SECONDS.sleep(scale.pick(1, 2));
		try (CommandMonitor monitor = new CommandMonitor(server.port())) {
			monitor.perSecond(200);
			return Point.of(number, Math.max(0.1, monitor.perSecond(scale.pick(2000, 10_000))));
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
		listen(application);
	}

	/**
	 * Has one more instance do the same. It doesn't wait for an expiry, which may come to
	 * any of them.
	 */
	private static void join(Application application) {
		application.hooks()
			.register(KvHookOptions.defaults().events(KvEventType.EXPIRED).filter(KeyFilter.prefix("t:")), (event) -> {
			});
		listen(application);
	}

	private static void listen(Application application) {
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
						Application application = Application.logged(server.port());
						applications.add(application);
						if (applications.size() == 1) {
							prepare(application);
						}
						else {
							join(application);
						}
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

}
