package io.github.kvevents.watch;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

import io.github.kvevents.KvEvent;

/**
 * Passes the events of a watch to its subscriber, as many as it asked for. What may have
 * changed, a request, an event, a cancellation, is only counted; the thread that counts
 * the first has a pool thread look, so that calls of the subscriber never overlap or
 * nest.
 */
final class WatchSubscription implements Flow.Subscription, Runnable {

	/**
	 * After so many events the thread is offered to other watches.
	 */
	private static final int TURN = 256;

	private static final Log logger = LogFactory.getLog(WatchSubscription.class);

	private final WatchSession session;

	private final Executor executor;

	private final AtomicLong demand = new AtomicLong();

	/**
	 * How often something may have changed since a thread last looked. Begins with one,
	 * so that nobody looks before the subscriber knows its subscription.
	 */
	private final AtomicInteger changes = new AtomicInteger(1);

	/**
	 * {@code null} once it must not be called any more.
	 */
	private volatile Flow.@Nullable Subscriber<? super KvEvent> subscriber;

	private volatile @Nullable IllegalArgumentException badRequest;

	private boolean present;

	WatchSubscription(WatchSession session, Flow.Subscriber<? super KvEvent> subscriber, Executor executor) {
		this.session = session;
		this.subscriber = subscriber;
		this.executor = executor;
	}

	void start() {
		Flow.Subscriber<? super KvEvent> subscriber = this.subscriber;
		this.session.setListener(this::changed);
		if (subscriber != null) {
			call(() -> subscriber.onSubscribe(this));
		}
		this.executor.execute(this);
	}

	@Override
	public void request(long n) {
		if (n > 0) {
			this.demand.accumulateAndGet(n, (sum, more) -> (sum + more < 0) ? Long.MAX_VALUE : sum + more);
			notePresence();
		}
		else {
			this.badRequest = new IllegalArgumentException("'n' must be positive but was " + n);
		}
		changed();
	}

	@Override
	public void cancel() {
		this.subscriber = null;
		this.session.setListener(null);
		this.session.abandon();
		notePresence();
	}

	/**
	 * Notes whether the subscriber is there: who has asked for an event waits for it.
	 * Asks for the demand itself, since a request may come while an event is passed on.
	 */
	private synchronized void notePresence() {
		boolean waits = this.subscriber != null && this.demand.get() > 0;
		if (waits != this.present) {
			this.present = waits;
			if (waits) {
				this.session.reader().presence().enter();
			}
			else {
				this.session.reader().presence().leave();
			}
		}
	}

	private void changed() {
		if (this.changes.getAndIncrement() == 0) {
			this.executor.execute(this);
		}
	}

	@Override
	public void run() {
		int seen;
		do {
			seen = this.changes.get();
			if (!deliver()) {
				this.executor.execute(this);
				return;
			}
		}
		while (this.changes.addAndGet(-seen) != 0);
	}

	/**
	 * Passes on what can be passed on.
	 * @return whether that is all; otherwise it only makes way for others
	 */
	private boolean deliver() {
		for (int count = 0; count < TURN; count++) {
			Flow.Subscriber<? super KvEvent> subscriber = this.subscriber;
			if (subscriber == null || !deliverNext(subscriber)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Passes on one event, or the end.
	 * @return whether there may be another one
	 */
	private boolean deliverNext(Flow.Subscriber<? super KvEvent> subscriber) {
		if (this.badRequest != null) {
			IllegalArgumentException failure = this.badRequest;
			end(() -> subscriber.onError(failure));
			return false;
		}
		if (this.demand.get() == 0 && !this.session.reader().isExhausted()) {
			return false;
		}
		KvEvent event;
		try {
			event = this.session.reader().next();
		}
		catch (DataAccessException ex) {
			logger.debug("A watch could not read what comes next; this is retried", ex);
			CompletableFuture.delayedExecutor(WatchReader.RETRY_NANOS, TimeUnit.NANOSECONDS, this.executor)
				.execute(this::changed);
			return false;
		}
		catch (Throwable ex) {
			// also an error: nobody would look any more, and the subscriber would wait
			end(() -> subscriber.onError(ex));
			return false;
		}
		if (event != null) {
			this.demand.getAndUpdate((present) -> (present == Long.MAX_VALUE) ? present : present - 1);
			notePresence();
			call(() -> subscriber.onNext(event));
			// meant for the subscriber: what reads on must not fail of it
			Thread.interrupted();
		}
		else if (this.session.reader().isExhausted()) {
			end(subscriber::onComplete);
		}
		return event != null;
	}

	private void end(Runnable signal) {
		cancel();
		call(signal);
	}

	/**
	 * Calls the subscriber, which must not throw: one that does is let go.
	 */
	private void call(Runnable signal) {
		try {
			signal.run();
		}
		catch (Throwable ex) {
			logger.error("The subscriber of a watch failed; the watch is closed", ex);
			cancel();
		}
	}

	/**
	 * Lets one subscriber read a watch.
	 */
	static final class WatchPublisher implements Flow.Publisher<KvEvent> {

		private final WatchSession session;

		private final Executor executor;

		WatchPublisher(WatchSession session, Executor executor) {
			this.session = session;
			this.executor = executor;
		}

		@Override
		public void subscribe(Flow.Subscriber<? super KvEvent> subscriber) {
			Objects.requireNonNull(subscriber, "'subscriber' must not be null");
			if (this.session.claimForSubscriber()) {
				new WatchSubscription(this.session, subscriber, this.executor).start();
				return;
			}
			subscriber.onSubscribe(new NoSubscription());
			subscriber.onError(new IllegalStateException(
					"The watch is read already, by a subscriber or by polling: open another watch"));
		}

		/**
		 * What a subscriber gets that is refused.
		 */
		private static final class NoSubscription implements Flow.Subscription {

			@Override
			public void request(long n) {
			}

			@Override
			public void cancel() {
			}

		}

	}

}
