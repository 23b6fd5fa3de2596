package io.github.kvevents.log.change;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.ChangeLogStore.TailRead;
import io.github.kvevents.store.LoggedChange;

/**
 * One subscriber of the feed. Guarded by the lock of the feed.
 */
final class FeedSubscription implements ChangeFeed.Subscription {

	private static final Log logger = LogFactory.getLog(FeedSubscription.class);

	private final ChangeFeed.Subscriber subscriber;

	private final Consumer<FeedSubscription> onClose;

	private final ReadAhead ahead = new ReadAhead();

	private boolean closed;

	FeedSubscription(ChangeFeed.Subscriber subscriber, Consumer<FeedSubscription> onClose) {
		this.subscriber = subscriber;
		this.onClose = onClose;
	}

	/**
	 * Passes on what the feed has read behind a position, or skips what the subscriber
	 * has read beyond the feed.
	 * @param position up to where the subscriber has read
	 */
	void catchUp(KvPosition position, FeedPositions feed) {
		KvPosition reached = feed.position(position.partition());
		int order = position.compareTo(reached);
		if (order > 0) {
			this.ahead.markReadUpTo(position);
		}
		else if (order < 0) {
			read(feed.readBehind(position), reached);
		}
	}

	/**
	 * Passes on what was read, or that something is missing before it.
	 * @param cursor up to where everything was read
	 */
	void read(TailRead read, KvPosition cursor) {
		read.skipped().forEach(this.ahead::onSkipped);
		List<LoggedChange> unread = new ArrayList<>(read.changes().size());
		for (LoggedChange change : read.changes()) {
			if (this.ahead.lostBefore(change.position()) != null) {
				reset(cursor);
				return;
			}
			if (!this.ahead.isRead(change.position())) {
				unread.add(change);
			}
		}
		if (!unread.isEmpty() || !read.skipped().isEmpty()) {
			call(() -> this.subscriber.onRead(new TailRead(unread, read.skipped())));
		}
	}

	void reset(KvPosition to) {
		this.ahead.forget(to.partition());
		call(() -> this.subscriber.onReset(to.partition(), to));
	}

	/**
	 * Finds out whether the subscriber had read what the log lost.
	 */
	void compare(KvPosition last, KvPosition cursor) {
		if (this.ahead.lostBehind(last) != null) {
			reset(cursor);
			return;
		}
		call(() -> this.subscriber.onCompare(last));
	}

	void connected() {
		call(this.subscriber::onConnect);
	}

	void setClosed() {
		this.closed = true;
	}

	private void call(Runnable call) {
		if (this.closed) {
			return;
		}
		try {
			call.run();
		}
		catch (Throwable ex) {
			logger.error("A subscriber of the change feed failed", ex);
		}
	}

	@Override
	public void close() {
		this.onClose.accept(this);
	}

}
