package io.github.kvevents.log;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.store.KvKeys;

/**
 * What the event logs of each store have in common. Follows end when the application
 * stops, before connections do.
 */
abstract sealed class ManagedEventLogs implements KvEventLogs, SmartLifecycle
		permits RedisKvEventLogs, MemoryKvEventLogs {

	private final EventLogStore store;

	private final KvCodec codec;

	private final EventLogFollows follows;

	ManagedEventLogs(EventLogStore store, KvCodec codec) {
		Assert.notNull(codec, "'codec' must not be null");
		this.store = store;
		this.codec = codec;
		this.follows = new EventLogFollows(store);
	}

	@Override
	public final KvEventLog open(String name, EventLogOptions options) {
		Assert.notNull(name, "'name' must not be null");
		Assert.isTrue(!name.isEmpty(), "'name' must not be empty");
		Assert.notNull(options, "'options' must not be null");
		return new KvEventLog(KvKeys.requireUtf8("name", name), options, this.store, this.codec, this.follows);
	}

	/**
	 * Allows follows again after a stop. Before the first stop they are allowed without.
	 */
	@Override
	public final void start() {
		this.follows.start();
	}

	/**
	 * Closes all follows and waits some seconds for listeners that run.
	 */
	@Override
	public final void stop() {
		this.follows.stop();
	}

	@Override
	public final boolean isRunning() {
		return !this.follows.isStopped();
	}

}
