package io.github.kvevents.benchmarks.rows.expiry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Side;

/**
 * How late expiries come. What has not come a while behind the last deadline counts as if
 * it came then: such a figure is a lower bound, and says so.
 */
public final class ExpiryRows {

	private static final List<String> PEERS = List.of(NotificationSide.NAME, DelayedQueueSide.NAME, MapCacheSide.NAME);

	private static final String DIFFERS = "kv-events delivers at least once, to one instance, with the last value; notifications "
			+ "are lost while nobody listens; the delayed queue takes an entry away before the work is done; the map cache "
			+ "expires fields of one hash";

	private static final int ATTEMPTS = 4;

	private final List<LatenessSide> sides = new ArrayList<>();

	private final long patienceMillis;

	private int beside;

	private ExpiryRows(Duration patience, List<LatenessSide> sides) {
		this.patienceMillis = patience.toMillis();
		this.sides.addAll(sides);
	}

	public static List<Row> rows() {
		return List.of(
				Row.of("lateness", "lateness of 10,000 expiries over 10 s, beside tracked keys",
						"notifications; Redisson delayed queue; Redisson map cache with an expiry listener",
						ExpiryRows::spread)
					.differs(DIFFERS)
					.goals(goals()),
				Row.of("lateness-1000", "lateness of 1,000 expiries in one millisecond",
						"notifications; Redisson delayed queue", (scale, results) -> burst(1000, scale, results))
					.differs(DIFFERS)
					.goals(Goal.atMost("p50", 9), Goal.atMost("p99", 15)),
				Row.of("lateness-10000", "lateness of 10,000 expiries in one millisecond",
						"notifications; Redisson delayed queue", (scale, results) -> burst(10_000, scale, results))
					.differs(DIFFERS)
					.goals(Goal.atMost("max", 100)));
	}

	private static Goal[] goals() {
		List<Goal> goals = new ArrayList<>();
		for (int beside : List.of(0, 100_000, 1_000_000, 5_000_000)) {
			PEERS.stream()
				.filter((peer) -> beside < 5_000_000 || peer.equals(NotificationSide.NAME))
				.forEach((peer) -> goals.add(new Goal(id(beside, peer), true, false, 1000)));
		}
		goals.add(Goal.ratioAtMost("growth", 2));
		return goals.toArray(Goal[]::new);
	}

	private static String id(int beside, String peer) {
		return "p50, beside %s, %s".formatted(count(beside), peer);
	}

	private static String count(int number) {
		return (number == 0) ? "none" : String.format(Locale.ROOT, "%,d", number);
	}

	private static void spread(Scale scale, Results results) throws Exception {
		Map<Integer, List<Double>> p99 = new LinkedHashMap<>();
		int most = scale.pick(100_000, 5_000_000);
		ExpiryRows expiries = new ExpiryRows(Duration.ofSeconds(scale.pick(4, 40)), all());
		try {
			expiries.run(new LatenessRow("warm-up", 2000, Duration.ofSeconds(2)));
			for (int beside : scale.pick(List.of(0, 100_000), List.of(0, 100_000, 1_000_000, 5_000_000))) {
				expiries.writeBeside(beside);
				LatenessRow row = new LatenessRow("beside-" + beside, 10_000, Duration.ofSeconds(10));
				Map<String, LatenessResult> found = expiries.run(row);
				found.keySet()
					.stream()
					.filter((side) -> !side.equals(Side.OURS))
					.forEach((peer) -> line(results, id(beside, peer), "p50, beside " + count(beside), peer,
							List.of(found), LatenessResult::p50));
				p99.put(beside, List.of(ours(found).p99()));
			}
		}
		finally {
			expiries.close();
		}
		results.compare("growth", "p99 beside " + count(most), "ms", p99.getOrDefault(most, List.of()),
				"p99 beside none", p99.getOrDefault(0, List.of()));
	}

	private static List<LatenessSide> all() throws Exception {
		return List.of(new TrackingSide(), new NotificationSide(), new DelayedQueueSide(), new MapCacheSide());
	}

	private static void burst(int keys, Scale scale, Results results) throws Exception {
		List<Map<String, LatenessResult>> found = new ArrayList<>();
		ExpiryRows expiries = new ExpiryRows(Duration.ofSeconds(scale.pick(3, 20)),
				List.of(new TrackingSide(), new NotificationSide(), new DelayedQueueSide()));
		try {
			for (int round = -scale.pick(1, 2); round < scale.pick(3, 7); round++) {
				Map<String, LatenessResult> all = expiries
					.runEach(new LatenessRow("burst" + round, keys, Duration.ZERO));
				if (round >= 0) {
					found.add(all);
				}
			}
		}
		finally {
			expiries.close();
		}
		line(results, "p50", "p50", NotificationSide.NAME, found, LatenessResult::p50);
		line(results, "p99", "p99", NotificationSide.NAME, found, LatenessResult::p99);
		line(results, "max", "the last of them", NotificationSide.NAME, found, LatenessResult::max);
		line(results, "p50-queue", "p50", DelayedQueueSide.NAME, found, LatenessResult::p50);
		line(results, "max-queue", "the last of them", DelayedQueueSide.NAME, found, LatenessResult::max);
	}

	private static void line(Results results, String id, String what, String peer,
			List<Map<String, LatenessResult>> found, ToDoubleFunction<LatenessResult> figure) {
		LatenessResult theirs = result(found.get(0), peer);
		LatenessResult ours = ours(found.get(0));
		if (ours.delivered() < ours.keys() || ours.early() > 0) {
			throw new IllegalStateException("kv-events delivered " + ours);
		}
		if (theirs.delivered() < theirs.keys()) {
			results.note(String.format(Locale.ROOT, "%.1f %% of the peer's came: its figure is a lower bound",
					100.0 * theirs.delivered() / theirs.keys()));
		}
		results.times(id, what, "ms", found.stream().map((all) -> figure.applyAsDouble(ours(all))).toList(), peer,
				found.stream().map((all) -> figure.applyAsDouble(result(all, peer))).toList());
	}

	private static LatenessResult ours(Map<String, LatenessResult> found) {
		return result(found, Side.OURS);
	}

	private static LatenessResult result(Map<String, LatenessResult> found, String side) {
		LatenessResult result = found.get(side);
		if (result == null) {
			throw new IllegalStateException("No result of " + side);
		}
		return result;
	}

	private void writeBeside(int count) throws Exception {
		if (count > 1_000_000) {
			// a million entries are as much as Redisson's structures get here
			for (LatenessSide side : List.copyOf(this.sides)) {
				if (side instanceof DelayedQueueSide || side instanceof MapCacheSide) {
					this.sides.remove(side);
					side.close();
				}
			}
		}
		for (LatenessSide side : this.sides) {
			side.writeBeside(this.beside, count);
		}
		this.beside = count;
	}

	private Map<String, LatenessResult> run(LatenessRow row) throws Exception {
		return run(row, this.sides);
	}

	/**
	 * Runs the sides one after the other, each time in another order: what each does in
	 * one moment would otherwise be divided by three.
	 */
	private Map<String, LatenessResult> runEach(LatenessRow row) throws Exception {
		Map<String, LatenessResult> found = new LinkedHashMap<>();
		for (LatenessSide side : this.sides) {
			found.putAll(run(row, List.of(side)));
		}
		Collections.rotate(this.sides, 1);
		return found;
	}

	private Map<String, LatenessResult> run(LatenessRow row, List<LatenessSide> sides) throws Exception {
		for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
			LatenessRow keys = new LatenessRow(row.id() + "-" + attempt, row.keys(), row.spread());
			// time to write the keys before the first deadline
			long patience = attempt * (1500 + (long) row.keys() * sides.size() / 12);
			Map<LatenessSide, LatenessRecorder> recorders = new LinkedHashMap<>();
			if (write(keys, sides, System.currentTimeMillis() + patience, recorders)) {
				Map<String, LatenessResult> found = new LinkedHashMap<>();
				for (Map.Entry<LatenessSide, LatenessRecorder> side : recorders.entrySet()) {
					found.put(side.getKey().name(), side.getValue().await(this.patienceMillis));
				}
				return found;
			}
		}
		throw new IllegalStateException("The machine is too slow: not all keys were written before the first deadline");
	}

	/**
	 * Writes the keys of all sides.
	 * @return whether that was done before the first deadline
	 */
	private static boolean write(LatenessRow row, List<LatenessSide> sides, long first,
			Map<LatenessSide, LatenessRecorder> recorders) throws Exception {
		sides.forEach((side) -> recorders.put(side, side.prepare(row, first)));
		for (Map.Entry<LatenessSide, LatenessRecorder> side : recorders.entrySet()) {
			side.getKey().write(row, side.getValue());
		}
		return System.currentTimeMillis() < first;
	}

	private void close() throws Exception {
		for (LatenessSide side : this.sides) {
			side.close();
		}
	}

}
