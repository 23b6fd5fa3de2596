package io.github.kvevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.SetCondition;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.types.Expiration;

import io.github.kvevents.KvEventType;
import io.github.kvevents.core.PlainKvCodec;
import io.github.kvevents.expiry.NotificationSettings;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.redis.notification.ExpiryNotificationBridge;

/**
 * Keys that plain Redis commands wrote, and a synchronous hook that receives their expiry
 * when the server notifies.
 */
final class NotificationSide implements LatenessSide {

	private static final String PREFIX = "plain:";

	private static final int PIPELINE = 1000;

	/** None is dropped here: only the server is to be late. */
	private static final int QUEUE = 1_000_000;

	private final LettuceConnectionFactory connectionFactory;

	private final HookEngine engine = HookEngine.builder().codec(new PlainKvCodec()).build();

	private final ExpiryNotificationBridge bridge;

	private volatile LatenessRecorder recorder = LatenessSide.discarding();

	NotificationSide(LettuceConnectionFactory connectionFactory) {
		this.connectionFactory = connectionFactory;
		this.engine.getRegistry()
			.register(KvHookOptions.defaults().events(KvEventType.EXPIRED),
					(event) -> this.recorder.expired(event.getKey()));
		this.bridge = new ExpiryNotificationBridge(connectionFactory,
				NotificationSettings.defaults().dispatch(4, QUEUE), NotificationSide::read, this.engine.getDispatcher(),
				new PlainKvCodec(), "benchmark", Clock.systemUTC());
		this.engine.start();
		this.bridge.start();
	}

	private static Optional<String> read(byte[] key) {
		return Optional.of(new String(key, StandardCharsets.UTF_8)).filter((name) -> name.startsWith(PREFIX));
	}

	@Override
	public LatenessRecorder prepare(LatenessRow row, long first) {
		LatenessRecorder recorder = new LatenessRecorder(row, PREFIX + row.id() + ":", first);
		this.recorder = recorder;
		return recorder;
	}

	@Override
	public void write(LatenessRow row, LatenessRecorder recorder) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			for (int start = 0; start < row.keys(); start += PIPELINE) {
				connection.openPipeline();
				for (int index = start; index < Math.min(row.keys(), start + PIPELINE); index++) {
					connection.stringCommands()
						.set(recorder.key(index).getBytes(StandardCharsets.UTF_8), TrackingSide.VALUE,
								SetCondition.upsert(),
								Expiration.unixTimestamp(recorder.deadline(index), TimeUnit.MILLISECONDS));
				}
				connection.closePipeline();
			}
		}
	}

	@Override
	public void close() {
		this.bridge.stop();
		this.engine.stop();
	}

}
