package io.github.kvevents.log;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.support.ContextEnd;

/**
 * What the event logs of each store have in common. Follows end when the application
 * does, before connections do; while its context is only stopped or paused they wait, and
 * resume with the next start behind what they delivered.
 */
abstract sealed class ManagedEventLogs implements KvEventLogs, SmartLifecycle, ApplicationContextAware, DisposableBean
		permits RedisKvEventLogs, MemoryKvEventLogs {

	private final EventLogStore store;

	private final KvCodec codec;

	private final EventLogFollows follows;

	private @Nullable ApplicationContext context;

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

	@Override
	public final void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Resumes follows, and allows new ones, after a stop. Before the first stop they are
	 * allowed without.
	 */
	@Override
	public final void start() {
		this.follows.start();
	}

	/**
	 * Ends all reading and waits some seconds for listeners that run. Closes all follows,
	 * unless the context may be started again.
	 */
	@Override
	public final void stop() {
		if (ContextEnd.isFinal(this.context)) {
			this.follows.closeAll();
		}
		this.follows.stop();
	}

	/**
	 * Closes all follows.
	 */
	@Override
	public final void destroy() {
		this.follows.closeAll();
		this.follows.stop();
	}

	@Override
	public final boolean isRunning() {
		return !this.follows.isStopped();
	}

}
