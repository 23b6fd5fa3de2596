package io.github.kvevents.listener;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.store.Namespace;
import io.github.kvevents.store.redis.NamespaceCheck;

/**
 * Makes {@link ListenerStores} in Redis. A class of its own, so that the other can be
 * loaded without Spring Data Redis.
 */
public final class RedisListenerStores {

	private RedisListenerStores() {
	}

	/**
	 * In Redis, for all instances that share the namespace.
	 * @param connectionFactory where connections come from; none is kept
	 * @param namespace the namespace of the change log
	 * @return the store
	 */
	public static ListenerStores of(RedisConnectionFactory connectionFactory, Namespace namespace) {
		return of(connectionFactory, namespace, null);
	}

	/**
	 * In Redis, for all instances that share the namespace.
	 * @param connectionFactory where connections come from; none is kept
	 * @param namespace the namespace of the change log
	 * @param check looks at the namespace before it is used, {@code null} to leave open
	 * who uses it
	 * @return the store
	 */
	public static ListenerStores of(RedisConnectionFactory connectionFactory, Namespace namespace,
			@Nullable NamespaceCheck check) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		return new ListenerStores(new RedisListenerStore(connectionFactory, namespace, check));
	}

}
