package io.github.kvevents.faults;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import io.github.kvevents.faults.Checker.Bounds;
import io.github.kvevents.faults.Kind.Action;
import io.github.kvevents.fixture.FaultProxy;
import io.github.kvevents.fixture.FaultProxy.Direction;
import io.github.kvevents.fixture.FaultProxy.Fault;
import io.github.kvevents.fixture.FaultProxy.Injected;
import io.github.kvevents.fixture.FaultScale;
import io.github.kvevents.fixture.TestRedis;

import static org.awaitility.Awaitility.await;

/**
 * One server, and instances that are connected to it through a proxy each.
 */
final class SingleServer implements Surroundings {

	private static final int PARTITIONS = 4;

	private static final int INSTANCES = FaultScale.of(2, 4);

	private static final Bounds BROKEN = Bounds.NONE.losingReplies();

	/** One instance is away. */
	private static final Bounds AWAY = BROKEN.takeovers(1, PARTITIONS);

	/** The server is away, for all instances. */
	private static final Bounds OUTAGE = BROKEN.takeovers(INSTANCES, PARTITIONS);

	static final List<Kind<SingleServer>> KINDS = List.of(
			new Kind<>("reply dropped after execution", 20, 5000, Leases.LONG, BROKEN,
					(server, count) -> server.inject(count, 25, Fault.DROP_REPLY)),
			new Kind<>("connection cut before, within or behind a command", 20, 5000, Leases.LONG, BROKEN,
					(server, count) -> server.inject(count, 25, Fault.CUT_BEFORE, Fault.CUT_WITHIN, Fault.CUT_AFTER)),
			new Kind<>("reply delayed, command and reply in pieces", 100, 5000, Leases.LONG, Bounds.NONE,
					(server, count) -> server.inject(count, 10, Fault.DELAY, Fault.SPLIT)),
			new Kind<>("connection that is silent for 0.2 to 3 s", 2, 100, Leases.SHORT, AWAY,
					(server, count) -> server.inject(count, 300, Fault.SILENCE)),
			new Kind<>("partition of 0.2 to 3 s: commands don't arrive", 1, 50, Leases.SHORT, AWAY,
					Action.each((server, number) -> server.part(Direction.REQUESTS))),
			new Kind<>("partition of 0.2 to 3 s: replies don't arrive", 1, 50, Leases.SHORT, AWAY,
					Action.each((server, number) -> server.part(Direction.REPLIES))),
			new Kind<>("script cache flushed every 50 ms", 10, 2000, Leases.LONG, Bounds.NONE, SingleServer::flush),
			new Kind<>("memory full for 0.1 to 0.6 s", 2, 100, Leases.LONG, Bounds.NONE,
					Action.each((server, number) -> server.fill())),
			new Kind<>("Redis stopped (SIGSTOP) for 0.2 to 3 s", 1, 100, Leases.SHORT, OUTAGE,
					Action.each((server, number) -> server.freeze())),
			new Kind<>("Redis killed (SIGKILL) and restarted, AOF `always`", 1, 200, Leases.LONG, OUTAGE,
					Action.each((server, number) -> server.kill())));

	private final TestRedis redis = TestRedis.start("appendonly", "yes", "appendfsync", "always");

	private final List<FaultProxy> proxies;

	private final FaultRun run;

	SingleServer(Path directory, long seed, Leases leases) {
		this.run = new FaultRun(directory, seed, leases, "spring.data.redis.port=" + this.redis.getPort(),
				"kv.events.partitions=" + PARTITIONS);
		this.proxies = IntStream.range(0, INSTANCES)
			.mapToObj((number) -> new FaultProxy(this.redis.getPort(), seed + number))
			.toList();
		this.proxies.forEach((proxy) -> this.run.here("spring.data.redis.port=" + proxy.getPort()));
	}

	@Override
	public FaultRun run() {
		return this.run;
	}

	private void inject(int count, int every, Fault... faults) {
		List<Integer> before = this.proxies.stream().map((proxy) -> proxy.getInjected().size()).toList();
		this.proxies.forEach((proxy) -> proxy.inject(count / INSTANCES, every, faults));
		await().forever().until(() -> this.proxies.stream().allMatch(FaultProxy::isDone));
		for (int number = 0; number < INSTANCES; number++) {
			List<Injected> injected = this.proxies.get(number).getInjected();
			this.run
				.faults(injected.subList(before.get(number), injected.size()).stream().map(Injected::nanos).toList());
		}
	}

	/**
	 * One instance is cut off, for less or more than a command or its lease may last.
	 * What was sent meanwhile arrives later, or never.
	 */
	private void part(Direction direction) {
		FaultProxy proxy = this.proxies.get(this.run.random().nextInt(INSTANCES));
		this.run.fault();
		proxy.hold(direction);
		this.run.last(200, 3000);
		proxy.release(this.run.random().nextBoolean());
	}

	private void flush(int count) {
		for (int number = 0; number < count; number++) {
			this.run.fault();
			this.redis.execute("SCRIPT", "FLUSH");
			this.run.last(50, 51);
		}
	}

	private void fill() {
		this.run.fault();
		this.redis.execute("CONFIG", "SET", "maxmemory", "1");
		this.run.last(100, 600);
		this.redis.execute("CONFIG", "SET", "maxmemory", "0");
	}

	private void freeze() {
		this.run.fault();
		this.redis.freeze();
		this.run.last(200, 3000);
		this.redis.thaw();
	}

	private void kill() {
		this.run.fault();
		this.redis.restart();
		// as documented for operators: the crash may have cut the file
		this.redis.rewriteAppendOnlyFile();
	}

	@Override
	public void close() {
		this.run.close();
		this.proxies.forEach(FaultProxy::close);
		this.redis.close();
	}

}
