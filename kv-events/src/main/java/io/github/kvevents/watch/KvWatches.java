package io.github.kvevents.watch;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.change.ChangeFeed;
import io.github.kvevents.log.change.LoggedEvents;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.ContextEnd;
import io.github.kvevents.support.DaemonThreads;
import io.github.kvevents.support.RetryingExecutor;

/**
 * Opens watches, and closes those that are open when the application ends. While its
 * context is only stopped or paused they stay open and have nothing to read; with the
 * next start they resume where they were. Watches can be opened from the moment it is
 * built. The threads that call subscribers are shared by all watches and end when there
 * is nothing to do.
 */
public final class KvWatches implements SmartLifecycle, ApplicationContextAware, DisposableBean {

	/**
	 * Stops before everything else, the web server included: requests that wait for a
	 * watch are answered, and so hold up nobody's shutdown.
	 */
	public static final int PHASE = Integer.MAX_VALUE;

	private static final int IDLE_SECONDS = 5;

	private final Set<WatchSession> open = ConcurrentHashMap.newKeySet();

	private final ThreadPoolExecutor threads = threads();

	private final Executor executor = new RetryingExecutor(this.threads);

	private final WatchSource source;

	private @Nullable ApplicationContext context;

	private volatile boolean stopped;

	private volatile boolean running;

	/**
	 * Creates watches of what this instance changes.
	 * @param store has what is replayed
	 * @param dispatcher what the changes are run through
	 * @param codec decodes the values
	 * @param origin the id of this instance
	 * @param clock dates what is replayed
	 */
	public KvWatches(KvStore store, KvEventDispatcher dispatcher, KvCodec codec, String origin, Clock clock) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(dispatcher, "'dispatcher' must not be null");
		this.source = new LocalChanges(store.primary(), dispatcher, new EventMaker(this, codec, origin, clock));
	}

	/**
	 * Creates watches of what the whole fleet changes.
	 * @param store has what is replayed
	 * @param log the change log of that store
	 * @param feed reads it
	 * @param codec decodes the values
	 * @param origin the id of this instance
	 * @param clock dates what is replayed
	 */
	public KvWatches(KvStore store, ChangeLogStore log, ChangeFeed feed, KvCodec codec, String origin, Clock clock) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(log, "'log' must not be null");
		Assert.notNull(feed, "'feed' must not be null");
		this.source = new LogChanges(new LogAccess(store.primary(), log, new EventMaker(this, codec, origin, clock)),
				feed);
	}

	private static ThreadPoolExecutor threads() {
		int size = Math.max(2, Runtime.getRuntime().availableProcessors());
		ThreadPoolExecutor threads = new ThreadPoolExecutor(size, size, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), new DaemonThreads("kv-watch-"));
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

	/**
	 * Opens a watch. It receives each change that begins after this returned.
	 * @param options which changes, and how
	 * @return the watch, to be closed
	 * @throws IllegalStateException if the application's context is stopped, or if the
	 * options need the change log and it is off
	 */
	public KvWatch open(WatchOptions options) {
		Assert.notNull(options, "'options' must not be null");
		WatchSession session = new WatchSession(options, this.executor);
		this.open.add(session);
		session.onEnd(() -> this.open.remove(session));
		try {
			// asked after it was added, so that stop() closes what this lets pass
			Assert.state(!this.stopped, "A watch can't be opened while the application's context is stopped");
			this.source.open(session, options);
			return session;
		}
		catch (RuntimeException ex) {
			session.close();
			throw ex;
		}
	}

	/**
	 * How many watches are open.
	 * @return the number
	 */
	public int getOpenCount() {
		return this.open.size();
	}

	@Override
	public void start() {
		this.stopped = false;
		this.running = true;
	}

	@Override
	public void setApplicationContext(ApplicationContext context) {
		this.context = context;
	}

	/**
	 * Closes all watches, unless the context may be started again.
	 */
	@Override
	public void stop() {
		this.stopped = true;
		if (ContextEnd.isFinal(this.context)) {
			closeAll();
		}
		this.running = false;
	}

	/**
	 * Closes all watches. Threads end as soon as they have nothing to do.
	 */
	@Override
	public void destroy() {
		this.stopped = true;
		closeAll();
		this.threads.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
	}

	private void closeAll() {
		List.copyOf(this.open).forEach(KvWatch::close);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Makes the events that only watches see.
	 *
	 * @param source what publishes them
	 * @param codec decodes the values
	 * @param origin the id of this instance
	 * @param clock dates what is replayed
	 */
	record EventMaker(Object source, KvCodec codec, String origin, Clock clock) {

		EventMaker {
			Assert.notNull(codec, "'codec' must not be null");
			Assert.hasText(origin, "'origin' must not be empty");
			Assert.notNull(clock, "'clock' must not be null");
		}

		/**
		 * The event of a key that exists.
		 * @param position behind which its changes are, {@code null} without a change log
		 */
		KvEvent existing(String key, byte[] value, @Nullable KvPosition position) {
			return KvEventBuilder.forKey(this.source, key, this.codec)
				.origin(this.origin)
				.occurredAt(this.clock.instant())
				.value(value)
				.position(position)
				.set(KvEventType.SET);
		}

		KvEvent logged(LoggedChange change) {
			return LoggedEvents.toEvent(this.source, change, this.codec);
		}

	}

}
