package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.KvTemplate;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.core.SetOptions;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.KeyNames;
import io.github.kvevents.redis.RedisKvStore;
import io.github.kvevents.redis.expiry.ExpiryTracker;
import io.github.kvevents.store.Namespace;

/**
 * An instance that tracks its keys, put together as an application's is, with a
 * synchronous hook.
 */
final class TrackingSide implements LatenessSide {

	static final byte[] VALUE = "v".repeat(100).getBytes(StandardCharsets.UTF_8);

	private static final String PREFIX = "tracked:";

	private static final int WRITERS = 8;

	private static final int BATCH = 2000;

	private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

	private final ExpiryTracker tracker;

	private final KvTemplate template;

	private volatile LatenessRecorder recorder = LatenessSide.discarding();

	TrackingSide(LettuceConnectionFactory connectionFactory) {
		PlainKvCodec codec = new PlainKvCodec();
		this.tracker = ExpiryTracker
			.builder(connectionFactory, Namespace.of("benchmark"), this.engine.getDispatcher(), codec)
			.build();
		this.template = KvTemplate.builder(new RedisKvStore(connectionFactory, KeyNames.plain(), this.tracker), codec)
			.dispatcher(this.engine.getDispatcher())
			.guards(this.engine.getGuards())
			.build();
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().events(KvEventType.EXPIRED).filter(KeyFilter.prefix(PREFIX)),
					(event) -> this.recorder.expired(event.getKey()));
		this.engine.start();
		this.tracker.start();
	}

	KvTemplate template() {
		return this.template;
	}

	@Override
	public LatenessRecorder prepare(LatenessRow row, long first) {
		LatenessRecorder recorder = new LatenessRecorder(row, PREFIX + row.id() + ":", first);
		this.recorder = recorder;
		return recorder;
	}

	@Override
	public void write(LatenessRow row, LatenessRecorder recorder) throws InterruptedException {
		Parallel.run(WRITERS, row.keys(), (index) -> this.template.setRaw(recorder.key(index), VALUE,
				SetOptions.defaults().expireAt(Instant.ofEpochMilli(recorder.deadline(index)))));
	}

	/**
	 * Writes keys that live for long.
	 * @param from the number of the first
	 * @param to behind the number of the last
	 */
	void writeBeside(int from, int to) {
		SetOptions options = SetOptions.defaults().timeToLive(Duration.ofHours(24));
		for (int start = from; start < to; start += BATCH) {
			Map<String, Object> batch = new LinkedHashMap<>();
			IntStream.range(start, Math.min(to, start + BATCH)).forEach((index) -> batch.put("beside:" + index, VALUE));
			this.template.batchSet(batch, options);
		}
	}

	@Override
	public void close() {
		this.tracker.stop();
		this.engine.stop();
	}

}
