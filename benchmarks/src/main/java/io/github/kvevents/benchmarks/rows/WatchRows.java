package io.github.kvevents.benchmarks.rows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.springframework.data.redis.core.StringRedisTemplate;

import io.github.kvevents.KvEvent;
import io.github.kvevents.benchmarks.fixture.Application;
import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.measure.Alternating;
import io.github.kvevents.benchmarks.measure.Goal;
import io.github.kvevents.benchmarks.measure.Results;
import io.github.kvevents.benchmarks.measure.Row;
import io.github.kvevents.benchmarks.measure.Scale;
import io.github.kvevents.benchmarks.measure.Side;
import io.github.kvevents.watch.WatchOptions;

/**
 * How many changes watches receive in a second.
 */
public final class WatchRows {

	private static final String SUBSCRIBERS = "publish and subscribe";

	private WatchRows() {
	}

	public static List<Row> rows() {
		return List.of(Row
			.of("watch-fan-out", "changes that 1, 100, 1,000 watches receive", "as many subscribers", WatchRows::fanOut)
			.differs("a watch gets the event with value and previous value, in order; a subscriber the message, in "
					+ "any order")
			.goals(Goal.ratioAtLeast("1", 1), Goal.ratioAtLeast("100", 1), Goal.ratioAtLeast("1000", 1)));
	}

	@SuppressWarnings("try") // the container is only open
	private static void fanOut(Scale scale, Results results) throws Exception {
		for (int count : new int[] { 1, 100, 1000 }) {
			int writes = Math.min(scale.pick(3000, 10_000), scale.pick(100_000, 400_000) / count);
			LongAdder received = new LongAdder();
			try (BenchmarkServer server = new BenchmarkServer();
					Application application = Application.logged(server.port());
					SubscribedContainer container = SubscribedContainer.of(application.connections(), "fan",
							received::increment, count)) {
				for (int number = 0; number < count; number++) {
					application.template()
						.watch(WatchOptions.prefix("fan:").bufferSize(writes))
						.publisher()
						.subscribe(new Counter(received));
				}
				StringRedisTemplate redis = application.redis();
				Map<String, Callable<Double>> sides = new LinkedHashMap<>();
				sides.put(Side.OURS,
						() -> rate(received, count, writes, (value) -> application.template().set("fan:1", value)));
				sides.put(SUBSCRIBERS,
						() -> rate(received, count, writes, (value) -> redis.convertAndSend("fan", value)));
				Map<String, List<Double>> rates = Alternating.run(2, scale.pick(5, 7), sides);
				results.compare(String.valueOf(count), "%,d receivers".formatted(count), "events/s",
						rates.getOrDefault(Side.OURS, List.of()), SUBSCRIBERS,
						rates.getOrDefault(SUBSCRIBERS, List.of()));
			}
		}
	}

	/**
	 * From the first write to the last arrival.
	 */
	private static double rate(LongAdder received, int count, int writes, Consumer<String> send)
			throws InterruptedException {
		received.reset();
		long start = System.nanoTime();
		for (int number = 0; number < writes; number++) {
			send.accept("v" + System.nanoTime());
		}
		long due = (long) count * writes;
		long end = start + TimeUnit.MINUTES.toNanos(2);
		while (received.sum() < due) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Only " + received + " of " + due + " arrived");
			}
			TimeUnit.MICROSECONDS.sleep(100);
		}
		return due * 1e9 / (System.nanoTime() - start);
	}

	/**
	 * Takes whatever comes.
	 *
	 * @param received counts it
	 */
	private record Counter(LongAdder received) implements Flow.Subscriber<KvEvent> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(KvEvent event) {
			this.received.increment();
		}

		@Override
		public void onError(Throwable failure) {
			throw new IllegalStateException("A watch ended", failure);
		}

		@Override
		public void onComplete() {
			// closed at the end
		}

	}

}
