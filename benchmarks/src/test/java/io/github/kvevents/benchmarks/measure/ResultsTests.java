package io.github.kvevents.benchmarks.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;

import io.github.kvevents.benchmarks.measure.Line.Verdict;
import io.github.kvevents.benchmarks.measure.Series.Point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ResultsTests {

	private static final Row ROW = Row.of("row", "title", "peer", (scale, results) -> {
	})
		.goals(Goal.ratioAtMost("time", 1.2), Goal.ratioAtLeast("rate", 0.9), Goal.atMost("bytes", 100),
				Goal.atMost("absent", 5), new Goal("lateness", true, false, 10));

	@Test
	void ratioIsTheMedianOfThePairs() {
		Results results = new Results(ROW);
		results.compare("time", "time", "µs", List.of(10.0, 40.0, 33.0), "peer", List.of(10.0, 20.0, 30.0));
		Line line = results.report(1, "").lines().get(0);
		assertThat(line.ours()).isEqualTo(new Spread(33, 21.5, 36.5));
		assertThat(line.ratio()).isEqualTo(new Spread(1.1, 1.05, 1.55));
		assertThat(line.goal()).isEqualTo("≤ 1.2 ×");
		assertThat(line.verdict()).isEqualTo(Verdict.MET);
	}

	@Test
	void goalsAreJudgedByRatioOrByFigureInTheirDirection() {
		Results results = new Results(ROW);
		results.compare("time", "time", "µs", List.of(13.0), "peer", List.of(10.0));
		results.compare("rate", "rate", "1/s", List.of(95.0), "peer", List.of(100.0));
		results.figure("bytes", "bytes", "B", List.of(101.0));
		results.times("lateness", "lateness", "ms", List.of(2.0), "peer", List.of(20.0));
		results.figure("other", "other", "B", List.of(1.0));
		assertThat(results.report(1, "").lines()).extracting(Line::verdict)
			.containsExactly(Verdict.MISSED, Verdict.MET, Verdict.MISSED, Verdict.MET, Verdict.NO_GOAL,
					Verdict.NOT_MEASURED);
	}

	@Test
	void goalWithoutFigureIsListedWithTheReason() {
		RowReport report = new Results(ROW).report(1, "too slow");
		assertThat(report.lines()).extracting(Line::id).containsExactly("time", "rate", "bytes", "absent", "lateness");
		assertThat(report.lines()).allSatisfy((line) -> {
			assertThat(line.verdict()).isEqualTo(Verdict.NOT_MEASURED);
			assertThat(line.note()).isEqualTo("too slow");
		});
	}

	@Test
	void slopeIsTheExponent() {
		List<Point> points = List.of(Point.of(1, 3), Point.of(10, 30), Point.of(100, 300));
		assertThat(Series.of("id", "what", "µs", "keys", points).slope()).isEqualTo(1, within(0.001));
		List<Point> flat = List.of(Point.of(1, 3), Point.of(1000, 3));
		assertThat(Series.of("id", "what", "µs", "keys", flat).slope()).isEqualTo(0, within(0.001));
	}

	@Test
	void sidesTakeTurnsInAnotherOrderEachTimeAndWarmUpsDontCount() throws Exception {
		List<String> order = new ArrayList<>();
		Map<String, Callable<Integer>> sides = new LinkedHashMap<>();
		sides.put("a", () -> turn(order, "a"));
		sides.put("b", () -> turn(order, "b"));
		Map<String, List<Integer>> results = Alternating.run(1, 2, sides);
		assertThat(order).containsExactly("b", "a", "a", "b", "b", "a");
		assertThat(results).containsEntry("a", List.of(3, 6)).containsEntry("b", List.of(4, 5));
	}

	private static int turn(List<String> order, String side) {
		order.add(side);
		return order.size();
	}

}
