package io.github.kvevents.log;

import java.util.function.UnaryOperator;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;

/**
 * Event logs in streams of Redis 7.0 or later. Nothing connects before the first use. All
 * follows together take one connection of their own, as long as there are any.
 */
public final class RedisKvEventLogs extends ManagedEventLogs {

	/**
	 * Creates the event logs; nothing is sent.
	 * @param connectionFactory where connections come from
	 * @param keys the key in Redis by the name of a log
	 * @param codec encodes and decodes the values of fields
	 */
	public RedisKvEventLogs(RedisConnectionFactory connectionFactory, UnaryOperator<String> keys, KvCodec codec) {
		super(store(connectionFactory, keys), codec);
	}

	private static EventLogStore store(RedisConnectionFactory connectionFactory, UnaryOperator<String> keys) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(keys, "'keys' must not be null");
		return new RedisEventLogStore(connectionFactory, keys);
	}

}
