package io.github.kvevents.benchmarks.rows;

import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Listeners of one channel in Spring Data Redis' container.
 */
final class SubscribedContainer implements AutoCloseable {

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	private final ExecutorService threads = Executors.newFixedThreadPool(4);

	SubscribedContainer(RedisConnectionFactory connections, String channel, Runnable... listeners) throws Exception {
		this.container.setConnectionFactory(connections);
		this.container.setTaskExecutor(this.threads);
		for (Runnable listener : listeners) {
			this.container.addMessageListener((message, pattern) -> listener.run(), new ChannelTopic(channel));
		}
		this.container.afterPropertiesSet();
		this.container.start();
	}

	/**
	 * So many listeners that do the same.
	 */
	static SubscribedContainer of(RedisConnectionFactory connections, String channel, Runnable listener, int count)
			throws Exception {
		return new SubscribedContainer(connections, channel,
				Collections.nCopies(count, listener).toArray(Runnable[]::new));
	}

	@Override
	public void close() {
		this.container.stop();
		this.threads.shutdownNow();
	}

}
