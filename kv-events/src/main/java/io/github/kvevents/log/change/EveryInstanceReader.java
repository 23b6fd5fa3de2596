package io.github.kvevents.log.change;

import java.util.List;
import java.util.Map;
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
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.store.LoggedChange;
import io.github.kvevents.support.BackgroundWork;
import io.github.kvevents.support.JvmFailures;

/**
 * Reads the change log for the hooks of this instance that receive each change of the
 * fleet, from the moment at which there is one. One thread does, so that events come in
 * the order of the log; while the store fails, or this is stopped, it keeps its position.
 * What was missed is published as a {@link LogGapEvent}.
 */
public final class EveryInstanceReader implements BackgroundWork, SmartLifecycle {

	/**
	 * Stops before the hooks do, whose queues are drained then.
	 */
	public static final int PHASE = 2048;

	private static final Log logger = LogFactory.getLog(EveryInstanceReader.class);

	private static final String READER = "hooks on every instance";

	private final ChangeLogStore store;

	private final ChangeFeed feed;

	private final KvCodec codec;

	private final Consumer<KvEvent> hooks;

	private final ApplicationEventPublisher publisher;

	private @Nullable EveryInstanceWorker worker;

	/** Behind what was delivered before a stop, as long as there are hooks. */
	private Map<Integer, PartitionCursor> stoppedAt = Map.of();

	/** From when on one that was stopped before the store answered was to read. */
	private @Nullable Long unfoundSince;

	private boolean running;

	private boolean needed;

	/**
	 * Creates a reader that isn't started.
	 * @param store whose log to read
	 * @param feed signals when there is something new
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
	 * on is going to be read; where the store doesn't answer now, once it does.
	 * @param needed whether there is
	 */
	public void setNeeded(boolean needed) {
		EveryInstanceWorker ended = adapt(() -> {
			this.needed = needed;
			this.stoppedAt = needed ? this.stoppedAt : Map.of();
			this.unfoundSince = needed ? this.unfoundSince : null;
		});
		if (ended != null) {
			ended.end();
		}
	}

	@Override
	public void start() {
		adapt(() -> this.running = true);
	}

	/**
	 * Waits some seconds for the hook that is called, and interrupts it then; not if it
	 * is that hook which stops the application. With the next start reading resumes
	 * behind what was delivered.
	 */
	@Override
	public void stop() {
		EveryInstanceWorker ended = adapt(() -> this.running = false);
		if (ended != null) {
			ended.end();
			ended.await();
			stopped(ended);
		}
	}

	private synchronized void stopped(EveryInstanceWorker ended) {
		if (this.needed && this.worker == null) {
			this.stoppedAt = ended.reached();
			this.unfoundSince = ended.unfoundSince();
		}
	}

	@Override
	public Pending pendingWork() {
		EveryInstanceWorker worker = current();
		return (worker != null) ? worker.pendingWork() : new Pending(0, List.of());
	}

	private synchronized @Nullable EveryInstanceWorker current() {
		return this.worker;
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
	private synchronized @Nullable EveryInstanceWorker adapt(Runnable change) {
		change.run();
		boolean wanted = this.running && this.needed;
		EveryInstanceWorker current = this.worker;
		if (wanted && current == null) {
			EveryInstanceWorker worker = new EveryInstanceWorker(this.store, this.feed, this::isCurrent, this::deliver,
					this::tellOfGap);
			worker.begin(this.stoppedAt, this.unfoundSince);
			// it counts once it has its thread: where there is none to be had the next
			// hook, or the next start, retries
			this.worker = worker;
			this.stoppedAt = Map.of();
			this.unfoundSince = null;
		}
		else if (!wanted) {
			this.worker = null;
			return current;
		}
		return null;
	}

	private synchronized boolean isCurrent(EveryInstanceWorker worker) {
		return this.worker == worker;
	}

	private void tellOfGap(KvPosition after, KvPosition next) {
		try {
			this.publisher.publishEvent(new LogGapEvent(this, READER, next.partition(), after, next));
		}
		catch (Throwable ex) {
			JvmFailures.rethrow(ex);
			logger.error("A listener for gaps in the change log failed", ex);
		}
		finally {
			Thread.interrupted();
		}
	}

	private void deliver(LoggedChange change) {
		this.hooks.accept(LoggedEvents.toEvent(this, change, this.codec));
	}

}
