package io.github.kvevents.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.benchmarks.WriteComparison.Side;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisChangeLogStore;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.ChangeLogSettings;
import io.github.kvevents.store.Namespace;

/**
 * What a write with the change log costs against the same write without: time, the
 * server's CPU, and memory for each entry. Both are sets without a time to live of other
 * bytes than before, through a template, put together as an application's are.
 * <p>
 * Arguments as for {@link WriteComparison}.
 */
public final class LoggedWriteCost {

	private static final byte[] VALUE = "v".repeat(100).getBytes(StandardCharsets.US_ASCII);

	private final WriteComparison comparison;

	private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

	private final AtomicLong counter = new AtomicLong();

	private LoggedWriteCost(WriteComparison comparison) {
		this.comparison = comparison;
	}

	/**
	 * Runs it.
	 * @param args see above
	 * @throws Exception if the server can't be started or a write fails
	 */
	public static void main(String[] args) throws Exception {
		try (BenchmarkServer server = new BenchmarkServer()) {
			new LoggedWriteCost(new WriteComparison(server, args)).run();
		}
	}

	private void run() throws InterruptedException {
		LettuceConnectionFactory connections = this.comparison.connectionFactory();
		ChangeLogSettings settings = new ChangeLogSettings(Namespace.of("benchmark"), "0a4b7e8c-one", 100_000,
				Duration.ofHours(24));
		ExpiryTracker tracker = tracker(settings);
		tracker.start();
		try {
			Side without = new Side("cost:p:", write(new RedisKvStore(connections, KeyNames.plain())));
			Side with = new Side("cost:l:", write(new RedisKvStore(connections, KeyNames.plain(), tracker, settings)));
			this.comparison.print("without", without, "with", with);
			memory();
		}
		finally {
			tracker.stop();
		}
	}

	private ExpiryTracker tracker(ChangeLogSettings settings) {
		return ExpiryTracker
			.builder(this.comparison.connectionFactory(), settings.namespace(), this.engine.getDispatcher(),
					new PlainKvCodec())
			.log(settings)
			.build();
	}

	private Consumer<String> write(RedisKvStore store) {
		KvTemplate template = KvTemplate.builder(store, new PlainKvCodec())
			.dispatcher(this.engine.getDispatcher())
			.guards(this.engine.getGuards())
			.build();
		return (key) -> template.setRaw(key, value());
	}

	private byte[] value() {
		byte[] value = VALUE.clone();
		ByteBuffer.wrap(value).putLong(this.counter.incrementAndGet());
		return value;
	}

	/**
	 * Writes each key once more, so that each entry has a previous value.
	 */
	private void memory() throws InterruptedException {
		int keys = this.comparison.keys();
		ChangeLogSettings settings = new ChangeLogSettings(Namespace.of("memory"), "0a4b7e8c-one", 2L * keys,
				Duration.ofHours(24));
		Side side = new Side("memory:", write(
				new RedisKvStore(this.comparison.connectionFactory(), KeyNames.plain(), tracker(settings), settings)));
		Parallel.run(8, keys, side::write);
		double before = this.comparison.usedMemory();
		Parallel.run(8, keys, side::write);
		double bytes = (this.comparison.usedMemory() - before) / keys;
		long length = new RedisChangeLogStore(this.comparison.connectionFactory(), KeyNames.plain(), settings)
			.getState(0)
			.length();
		System.out.println(String.format(Locale.ROOT,
				"%nBytes per entry (%,d entries, keys of 14 B, values of 100 B, previous value too): %.0f", length,
				bytes));
	}

}
