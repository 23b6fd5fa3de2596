package io.github.kvevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import io.github.kvevents.KvEvent;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.WatchOptions;

/**
 * One writer, and 1, 100 or 1,000 that receive each change: watches with a subscriber
 * each, against as many listeners of Redis' publish and subscribe in one container of
 * Spring Data Redis, which calls them on as many threads as the watches have. From the
 * first write to the last arrival; the two alternate.
 * <p>
 * Arguments: how many arrivals in a round (200000), how many rounds (5).
 */
public final class WatchFanOut {

	private static final int MOST_WRITES = 10_000;

	private final LettuceConnectionFactory connections;

	private final int arrivals;

	private final int rounds;

	private final AtomicLong received = new AtomicLong();

	private WatchFanOut(LettuceConnectionFactory connections, int arrivals, int rounds) {
		this.connections = connections;
		this.arrivals = arrivals;
		this.rounds = rounds;
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or something doesn't arrive
	 */
	public static void main(String[] args) throws Exception {
		int arrivals = (args.length > 0) ? Integer.parseInt(args[0]) : 200_000;
		int rounds = (args.length > 1) ? Integer.parseInt(args[1]) : 5;
		System.out.print("""
				| receivers | writes | watches: arrivals/s | pub/sub listeners: arrivals/s | ratio |
				|---:|---:|---:|---:|---:|
				""");
		for (int count : new int[] { 1, 100, 1000 }) {
			try (BenchmarkServer server = new BenchmarkServer()) {
				new WatchFanOut(server.connectionFactory(), arrivals, rounds).run(count);
			}
		}
	}

	private void run(int count) throws Exception {
		int writes = Math.min(MOST_WRITES, this.arrivals / count);
		StringRedisTemplate redis = new StringRedisTemplate(this.connections);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		RedisMessageListenerContainer container = new RedisMessageListenerContainer();
		container.setConnectionFactory(this.connections);
		container.setTaskExecutor(threads);
		for (int number = 0; number < count; number++) {
			container.addMessageListener((message, pattern) -> this.received.incrementAndGet(),
					new ChannelTopic("fan"));
		}
		container.afterPropertiesSet();
		container.start();
		try (LoggedInstance instance = new LoggedInstance(this.connections, Namespace.of("fan"))) {
			for (int number = 0; number < count; number++) {
				KvWatch watch = instance.template().watch(WatchOptions.prefix("fan:").bufferSize(MOST_WRITES));
				watch.publisher().subscribe(new Counter());
			}
			List<Double> ours = new ArrayList<>();
			List<Double> theirs = new ArrayList<>();
			for (int round = 0; round <= this.rounds; round++) {
				double watched = rate(count, writes, (value) -> instance.template().set("fan:1", value));
				double published = rate(count, writes, (value) -> redis.convertAndSend("fan", value));
				if (round > 0) {
					// the first one warms up
					ours.add(watched);
					theirs.add(published);
				}
			}
			System.out.println(String.format(Locale.ROOT, "| %,d | %,d | %,.0f | %,.0f | %.2f |", count, writes,
					median(ours), median(theirs), median(ours) / median(theirs)));
		}
		finally {
			container.destroy();
			threads.shutdownNow();
		}
	}

	private double rate(int count, int writes, Consumer<String> send) throws InterruptedException {
		this.received.set(0);
		long start = System.nanoTime();
		for (int number = 0; number < writes; number++) {
			send.accept("v" + System.nanoTime());
		}
		long due = (long) count * writes;
		long end = start + TimeUnit.MINUTES.toNanos(2);
		while (this.received.get() < due) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Only " + this.received + " of " + due + " arrived");
			}
			TimeUnit.MICROSECONDS.sleep(100);
		}
		return due * 1e9 / (System.nanoTime() - start);
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

	/**
	 * Takes whatever comes.
	 */
	private final class Counter implements Flow.Subscriber<KvEvent> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(KvEvent event) {
			WatchFanOut.this.received.incrementAndGet();
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
