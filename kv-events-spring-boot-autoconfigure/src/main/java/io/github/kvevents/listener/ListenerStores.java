package io.github.kvevents.listener;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.Assert;

import io.github.kvevents.store.Namespace;

/**
 * Where listeners keep how far they are, who has what and what was put aside: in the same
 * place as the change log.
 */
public final class ListenerStores {

	private final ListenerStore store;

	private ListenerStores(ListenerStore store) {
		this.store = store;
	}

	/**
	 * In Redis, for all instances that share the namespace.
	 * @param connectionFactory where connections come from; none is kept
	 * @param namespace the namespace of the change log
	 * @return the store
	 */
	public static ListenerStores redis(RedisConnectionFactory connectionFactory, Namespace namespace) {
		Assert.notNull(connectionFactory, "'connectionFactory' must not be null");
		Assert.notNull(namespace, "'namespace' must not be null");
		return new ListenerStores(new RedisListenerStore(connectionFactory, namespace));
	}

	/**
	 * In this process.
	 * @return a new store, for all engines that are given it
	 */
	public static ListenerStores memory() {
		return new ListenerStores(new MemoryListenerStore(System::currentTimeMillis));
	}

	ListenerStore store() {
		return this.store;
	}

}
