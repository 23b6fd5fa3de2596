package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.NamespaceCheck;

/**
 * Event logs in streams of Redis 7.0 or later. Nothing connects before the first use. All
 * follows together take one connection of their own, as long as there are any.
 */
public final class RedisKvEventLogs extends ManagedEventLogs {

	/**
	 * Creates the event logs; nothing is sent.
	 * @param connectionFactory where connections come from
	 * @param namespace names the keys in Redis
	 * @param codec encodes and decodes the values of fields
	 */
	public RedisKvEventLogs(RedisConnectionFactory connectionFactory, Namespace namespace, KvCodec codec) {
		this(connectionFactory, namespace, codec, null);
	}

	/**
	 * Creates the event logs; nothing is sent.
	 * @param connectionFactory where connections come from
	 * @param namespace names the keys in Redis
	 * @param codec encodes and decodes the values of fields
	 * @param check looks at the namespace before it is used, {@code null} to leave open
	 * who uses it
	 */
	public RedisKvEventLogs(RedisConnectionFactory connectionFactory, Namespace namespace, KvCodec codec,
			@Nullable NamespaceCheck check) {
		super(store(connectionFactory, namespace, check), codec);
	}

	private static EventLogStore store(RedisConnectionFactory connectionFactory, Namespace namespace,
			@Nullable NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		return new RedisEventLogStore(connectionFactory, namespace, check);
	}

}
