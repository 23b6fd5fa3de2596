package io.github.kvevents.log.event;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.log.EventLogOptions;
import io.github.kvevents.log.KvEventLog;
import io.github.kvevents.log.KvEventLogs;
import io.github.kvevents.store.KvKeys;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.ContextEnd;

/**
 * The event logs of a store. Follows end when the application does, before connections
 * do; while its context is only stopped or paused they wait, and resume with the next
 * start behind what they delivered.
 */
public final class StoreKvEventLogs
		implements KvEventLogs, BackgroundWork, SmartLifecycle, ApplicationContextAware, DisposableBean {

	private final EventLogStore store;

	private final KvCodec codec;

	private final EventLogFollows follows;

	private @Nullable ApplicationContext context;

	/**
	 * Creates the event logs; nothing is read or written.
	 * @param store keeps their entries
	 * @param codec encodes and decodes the values of fields
	 */
	public StoreKvEventLogs(EventLogStore store, KvCodec codec) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.store = store;
		this.codec = codec;
		this.follows = new EventLogFollows(store);
	}

	@Override
	public KvEventLog open(String name, EventLogOptions options) {
		Assert.notNull(name, "'name' must not be null");
		Assert.isTrue(!name.isEmpty(), "'name' must not be empty");
		Assert.notNull(options, "'options' must not be null");
		return new StoreKvEventLog(KvKeys.requireUtf8("name", name), options, this.store, this.codec, this.follows);
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * {@inheritDoc} Until each follow has delivered the last entry. Asks the store.
	 */
	@Override
	public Pending pendingWork() {
		return this.follows.pendingWork();
	}

	/**
	 * Resumes follows, and allows new ones, after a stop. Before the first stop they are
	 * allowed without.
	 */
	@Override
	public void start() {
		this.follows.start();
	}

	/**
	 * Ends all reading and waits some seconds for listeners that run. Closes all follows,
	 * unless the context may be started again.
	 */
	@Override
	public void stop() {
		if (ContextEnd.isFinal(this.context)) {
			this.follows.closeAll();
		}
		this.follows.stop();
	}

	/**
	 * Closes all follows.
	 */
	@Override
	public void destroy() {
		this.follows.closeAll();
		this.follows.stop();
	}

	@Override
	public boolean isRunning() {
		return !this.follows.isStopped();
	}

}
