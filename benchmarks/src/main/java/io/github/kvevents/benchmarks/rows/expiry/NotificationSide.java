package io.github.kvevents.benchmarks.rows.expiry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.listener.PatternTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

import io.github.kvevents.benchmarks.fixture.BenchmarkServer;
import io.github.kvevents.benchmarks.fixture.Peers;

/**
 * Keys that plain commands write, and a listener of Spring Data Redis for the server's
 * notifications.
 */
final class NotificationSide extends LatenessSide {

	static final String NAME = "notifications";

	private static final int PIPELINE = 1000;

	private final BenchmarkServer server = new BenchmarkServer();

	private final Peers peers = new Peers(this.server.port());

	private final LettuceConnectionFactory connections = new LettuceConnectionFactory(
			new RedisStandaloneConfiguration("127.0.0.1", this.server.port()));

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	NotificationSide() throws Exception {
		super(NAME);
		this.connections.afterPropertiesSet();
		this.connections.start();
		this.container.setConnectionFactory(this.connections);
		// called on the driver's thread: no time is lost on the way
		this.container.setTaskExecutor(Runnable::run);
		this.container.addMessageListener(
				(message, pattern) -> expired(new String(message.getBody(), StandardCharsets.UTF_8)),
				new PatternTopic("__keyevent@*__:expired"));
		this.container.afterPropertiesSet();
		this.container.start();
	}

	@Override
	void write(LatenessRow row, LatenessRecorder recorder) {
		pipeline(0, row.keys(), recorder::key, (index) -> SetArgs.Builder.pxAt(recorder.deadline(index)));
	}

	@Override
	void writeBeside(int from, int to) {
		pipeline(from, to, (index) -> "beside:" + index, (index) -> SetArgs.Builder.px(LONG_LIFE.toMillis()));
	}

	private void pipeline(int from, int to, IntFunction<String> key, IntFunction<SetArgs> lifetime) {
		StatefulRedisConnection<String, String> connection = this.peers.pipeline();
		for (int start = from; start < to; start += PIPELINE) {
			List<RedisFuture<String>> replies = new ArrayList<>();
			for (int index = start; index < Math.min(to, start + PIPELINE); index++) {
				replies.add(connection.async().set(key.apply(index), VALUE, lifetime.apply(index)));
			}
			connection.flushCommands();
			if (!LettuceFutures.awaitAll(1, TimeUnit.MINUTES, replies.toArray(RedisFuture[]::new))) {
				throw new IllegalStateException("No reply");
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.container.stop();
		this.connections.destroy();
		this.peers.close();
		this.server.close();
	}

}
