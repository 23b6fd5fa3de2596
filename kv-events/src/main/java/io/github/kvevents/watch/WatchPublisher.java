package io.github.kvevents.watch;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

import io.github.kvevents.KvEvent;

/**
 * Lets one subscriber read a watch.
 */
final class WatchPublisher implements Flow.Publisher<KvEvent> {

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
