package io.github.kvevents.log.change;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvPosition;
import io.github.kvevents.log.KvChangeLog;
import io.github.kvevents.log.KvChangePage;
import io.github.kvevents.log.ReadRequest;
import io.github.kvevents.log.change.ChangeFeed.WakeUpSubscriber;
import io.github.kvevents.store.ChangeLogStore;
import io.github.kvevents.support.Delay;
import io.github.kvevents.support.StoreFailure;
import io.github.kvevents.support.Waiter;

/**
 * The change log of a store. Who waits for an event waits for a sign of the
 * {@link ChangeFeed}, so that many share one connection. On shutdown they are sent home
 * first of all: the web server would wait for the requests in which they wait.
 */
public final class StoreKvChangeLog implements KvChangeLog, SmartLifecycle {

	private final ChangeLogStore store;

	private final ChangeFeed feed;

	private final KvCodec codec;

	private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

	private volatile boolean stopped;

	/**
	 * Creates a change log; nothing is sent.
	 * @param store whose log it is
	 * @param feed signals when there is something new
	 * @param codec decodes the values of events
	 */
	public StoreKvChangeLog(ChangeLogStore store, ChangeFeed feed, KvCodec codec) {
		Assert.notNull(store, "'store' must not be null");
		Assert.notNull(feed, "'feed' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.store = store;
		this.feed = feed;
		this.codec = codec;
	}

	@Override
	public KvChangePage read(ReadRequest request) {
		Assert.notNull(request, "'request' must not be null");
		PageReader reader = new PageReader(this.store, request, this, this.codec);
		if (!reader.read() && !request.getTimeout().isZero()) {
			waitFor(reader, request.getTimeout());
		}
		return reader.page();
	}

	private void waitFor(PageReader reader, Duration timeout) {
		long deadline = Delay.of(timeout).after(System.nanoTime());
		Waiter waiter = new Waiter();
		this.waiting.add(waiter);
		ChangeFeed.Subscription subscription = this.feed.subscribe(new WakeUpSubscriber(waiter));
		try {
			boolean found = false;
			while (!found && !this.stopped && deadline - System.nanoTime() > 0) {
				waiter.await(Delay.ofNanos(deadline - System.nanoTime()));
				waiter.reset();
				found = reader.read();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			// a store may fail instead when its thread is interrupted while it reads, and
			// a
			// pool of connections forgets the interrupt
			if (!Thread.currentThread().isInterrupted() && StoreFailure.of(ex) != StoreFailure.INTERRUPTED) {
				throw ex;
			}
			Thread.currentThread().interrupt();
		}
		finally {
			subscription.close();
			this.waiting.remove(waiter);
		}
	}

	@Override
	public Map<Integer, KvPosition> latest() {
		Map<Integer, KvPosition> latest = new TreeMap<>();
		for (int partition = 0; partition < this.store.getSettings().namespace().partitions(); partition++) {
			latest.put(partition, this.store.getState(partition).last());
		}
		return latest;
	}

	@Override
	public void start() {
		this.stopped = false;
	}

	/**
	 * Ends all waiting; reading without it still works.
	 */
	@Override
	public void stop() {
		this.stopped = true;
		this.waiting.forEach(Waiter::wakeUp);
	}

	@Override
	public boolean isRunning() {
		return !this.stopped;
	}

}
