package io.github.kvevents.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.github.kvevents.KvEvent;
import io.github.kvevents.watch.WatchSource.ReplaySource;
import io.github.kvevents.watch.WatchSubscription.WatchPublisher;
import io.github.kvevents.support.Delay;

/**
 * An open watch: takes the changes, and is read in one of two ways, until it ends.
 */
final class WatchSession implements KvWatch {

	private final WatchBuffer buffer;

	private final WatchReader reader;

	private final Executor executor;

	private final WatchPublisher publisher;

	private final EndActions endActions = new EndActions();

	private final AtomicReference<@Nullable Usage> usage = new AtomicReference<>();

	private volatile boolean closed;

	/**
	 * Creates a session.
	 * @param executor runs the subscriber, and what must not be done where an event comes
	 * from
	 */
	WatchSession(WatchOptions options, Executor executor) {
		this.buffer = new WatchBuffer(options);
		this.executor = executor;
		this.publisher = new WatchPublisher(this, executor);
		this.reader = new WatchReader(this, this.buffer, options.getIdleTimeout());
		this.reader.presence().whenGone(this, executor);
	}

	WatchReader reader() {
		return this.reader;
	}

	/**
	 * Sets what comes before the buffer. Called before anybody reads.
	 */
	void setReplaySource(ReplaySource replaySource) {
		this.reader.setReplaySource(replaySource);
	}

	/**
	 * Sets what to do when it ends, to give back what it holds; at once if it has ended.
	 */
	void onEnd(Runnable action) {
		this.endActions.add(action);
	}

	/**
	 * Puts a change into the buffer.
	 */
	void offer(KvEvent event) {
		if (!this.buffer.offer(event)) {
			releaseLater();
		}
	}

	/**
	 * Ends the watch.
	 * @param failure what its reader gets at the end
	 */
	void fail(Supplier<RuntimeException> failure) {
		this.buffer.end(failure);
		releaseLater();
	}

	/**
	 * The caller that brings an event or a failure holds locks that the release may need.
	 */
	private void releaseLater() {
		this.executor.execute(this.endActions);
	}

	@Override
	public @Nullable KvEvent poll(Duration timeout) {
		Assert.notNull(timeout, "'timeout' must not be null");
		claimForPolling();
		try {
			return this.reader.take(Delay.of(timeout).nanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
	}

	@Override
	public Stream<KvEvent> stream() {
		claimForPolling();
		return this.reader.stream().onClose(this::close);
	}

	@Override
	public Flow.Publisher<KvEvent> publisher() {
		return this.publisher;
	}

	private void claimForPolling() {
		Assert.state(claim(Usage.POLLING), "The watch has a subscriber, which gets its events: open another watch");
	}

	/**
	 * Decides how the watch is read, once and for all.
	 * @return whether it is read that way
	 */
	private boolean claim(Usage usage) {
		return this.usage.compareAndSet(null, usage) || (this.usage.get() == usage && usage == Usage.POLLING);
	}

	/**
	 * Makes the caller the only subscriber.
	 */
	boolean claimForSubscriber() {
		return claim(Usage.SUBSCRIBER);
	}

	/**
	 * Sets who is called after there is something to read, or nothing any more.
	 */
	void setListener(@Nullable Runnable listener) {
		this.buffer.setListener(listener);
	}

	@Override
	public long getDropped() {
		return this.buffer.getDropped();
	}

	@Override
	public boolean isOpen() {
		return this.reader.isOpen();
	}

	@Override
	public boolean isReplayComplete() {
		return this.reader.isReplayComplete();
	}

	/**
	 * Whether it was closed, rather than ended by a failure.
	 */
	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Ends it because nobody will read any more.
	 */
	void abandon() {
		close();
		this.reader.clear();
	}

	@Override
	public void close() {
		this.closed = true;
		this.buffer.end(null);
		this.endActions.run();
	}

	private enum Usage {

		POLLING, SUBSCRIBER

	}

	/**
	 * What to do once when a watch ends, to give back what it holds.
	 */
	private static final class EndActions implements Runnable {

		private final List<Runnable> actions = new ArrayList<>(2);

		private boolean ended;

		/**
		 * Adds an action, or runs it at once if the watch has ended.
		 */
		void add(Runnable action) {
			synchronized (this.actions) {
				if (!this.ended) {
					this.actions.add(action);
					return;
				}
			}
			action.run();
		}

		/**
		 * The watch has ended. A second call does nothing.
		 */
		@Override
		public void run() {
			List<Runnable> pending;
			synchronized (this.actions) {
				this.ended = true;
				pending = List.copyOf(this.actions);
				this.actions.clear();
			}
			pending.forEach(Runnable::run);
		}

	}

}
