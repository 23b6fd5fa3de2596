package io.github.kvevents.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.Alarm;
import io.github.kvevents.support.LoopHealth;

/**
 * Reads the change log for the hooks of this instance that hear of each change of the
 * fleet, from the moment at which there is one. One thread does, so that events come in
 * the order of the log; while the store fails it keeps its place. What was missed is told
 * as a {@link LogGapEvent}.
 */
public final class EveryInstanceReader implements SmartLifecycle {

	/**
	 * Stops before the hooks do, whose queues are drained then.
	 */
	public static final int PHASE = 2048;

	private static final Log logger = LogFactory.getLog(EveryInstanceReader.class);

	private static final String READER = "hooks on every instance";

	private static final int PAGE = 200;

	private static final long MAX_WAIT = Duration.ofSeconds(1).toMillis();

	private static final long STOP_MILLIS = Duration.ofSeconds(5).toMillis();

	private final ChangeLogStore store;

	private final ChangeFeed feed;

	private final KvCodec codec;

	private final Consumer<KvEvent> hooks;

	private final ApplicationEventPublisher publisher;

	private @Nullable Worker worker;

	private boolean running;

	private boolean needed;

	/**
	 * Creates a reader that isn't started.
	 * @param store whose log to read
	 * @param feed tells when there is something new
	 * @param codec decodes the values of events
	 * @param hooks gets each event, and returns when the next may come
	 * @param publisher gets a {@link LogGapEvent} for each gap
	 */
	public EveryInstanceReader(ChangeLogStore store, ChangeFeed feed, KvCodec codec, Consumer<KvEvent> hooks,
			ApplicationEventPublisher publisher) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(feed, "'feed' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		Assert.notNull(hooks, "'hooks' must not be null");
		Assert.notNull(publisher, "'publisher' must not be null");
		this.store = store;
		this.feed = feed;
		this.codec = codec;
		this.hooks = hooks;
		this.publisher = publisher;
	}

	/**
	 * Says whether there is anybody to read for. When this returns, each change from now
	 * on is going to be read, provided that the store could be reached.
	 * @param needed whether there is
	 */
	public void setNeeded(boolean needed) {
		Worker ended = adapt(() -> this.needed = needed);
		if (ended != null) {
			ended.end();
		}
	}

	@Override
	public void start() {
		adapt(() -> this.running = true);
	}

	/**
	 * Waits some seconds for the hook that is called, and interrupts it then.
	 */
	@Override
	public void stop() {
		Worker ended = adapt(() -> this.running = false);
		if (ended != null) {
			ended.end();
			ended.await();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * Changes what is known and begins or ends to read accordingly.
	 * @return who has to end, {@code null} for nobody
	 */
	private synchronized @Nullable Worker adapt(Runnable change) {
		change.run();
		boolean wanted = this.running && this.needed;
		Worker current = this.worker;
		if (wanted && current == null) {
			Worker worker = new Worker();
			this.worker = worker;
			worker.begin();
		}
		else if (!wanted) {
			this.worker = null;
			return current;
		}
		return null;
	}

	private synchronized boolean isCurrent(Worker worker) {
		return this.worker == worker;
	}

	/**
	 * One thread, from the first hook to the last.
	 */
	private final class Worker implements ChangeFeed.Subscriber {

		private final Thread thread = new Thread(this::run, "kv-hooks-every-instance");

		private final Alarm alarm = new Alarm();

		private final LoopHealth health = new LoopHealth(EveryInstanceReader.class,
				"Reading the change log for hooks on every instance");

		private final List<LogCursor> cursors = new ArrayList<>();

		private ChangeFeed.@Nullable Subscription subscription;

		/**
		 * Finds the place to read from at once if it can: what is written from now on is
		 * to be heard.
		 */
		void begin() {
			try {
				findEnds();
			}
			catch (RuntimeException ex) {
				this.health.failed(ex);
			}
			this.subscription = EveryInstanceReader.this.feed.subscribe(this);
			this.thread.setDaemon(true);
			this.thread.start();
		}

		private void findEnds() {
			List<LogCursor> ends = new ArrayList<>();
			ChangeLogStore store = EveryInstanceReader.this.store;
			for (int partition = 0; partition < store.getSettings().namespace().partitions(); partition++) {
				ends.add(new LogCursor(store, Place.end(store.getState(partition))));
			}
			this.cursors.addAll(ends);
		}

		private void run() {
			while (isCurrent(this)) {
				try {
					this.alarm.reset();
					boolean more = readOnce();
					this.health.succeeded();
					if (!more) {
						this.alarm.doze(MAX_WAIT);
					}
				}
				catch (Throwable ex) {
					this.alarm.doze(this.health.failed(ex));
				}
			}
		}

		private boolean readOnce() {
			if (this.cursors.isEmpty()) {
				findEnds();
				this.cursors.forEach((cursor) -> tellOfGap(null, cursor.place().position()));
			}
			boolean more = false;
			for (LogCursor cursor : this.cursors) {
				List<LoggedChange> changes = cursor.read(PAGE, (gap) -> tellOfGap(gap.after(), gap.next().position()));
				changes.forEach(this::deliver);
				more |= !changes.isEmpty();
			}
			return more;
		}

		private void deliver(LoggedChange change) {
			if (!isCurrent(this)) {
				return;
			}
			try {
				EveryInstanceReader reader = EveryInstanceReader.this;
				reader.hooks.accept(LoggedEvents.toEvent(reader, change, reader.codec));
			}
			catch (Throwable ex) {
				logger.error("The change at '" + change.position() + "' could not be told to the hooks", ex);
			}
		}

		private void tellOfGap(@Nullable KvPosition after, KvPosition next) {
			logger.warn("Hooks on every instance missed changes of partition %d: read up to %s, going on at '%s'"
				.formatted(next.partition(), (after != null) ? "'" + after + "'" : "nothing yet", next));
			try {
				EveryInstanceReader.this.publisher
					.publishEvent(new LogGapEvent(EveryInstanceReader.this, READER, next.partition(), after, next));
			}
			catch (RuntimeException ex) {
				logger.error("A listener for gaps in the change log failed", ex);
			}
		}

		@Override
		public void onChanges(List<LoggedChange> changes) {
			this.alarm.ringIn(0);
		}

		@Override
		public void onReset(int partition, KvPosition to) {
			this.alarm.ringIn(0);
		}

		@Override
		public void onConnect() {
			this.alarm.ringIn(0);
		}

		void end() {
			if (this.subscription != null) {
				this.subscription.close();
			}
			this.alarm.ringIn(0);
		}

		void await() {
			try {
				this.thread.join(STOP_MILLIS);
				if (this.thread.isAlive()) {
					logger.warn("The thread '" + this.thread.getName() + "' did not stop within " + STOP_MILLIS
							+ " ms and is interrupted: a hook is busy");
					this.thread.interrupt();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
