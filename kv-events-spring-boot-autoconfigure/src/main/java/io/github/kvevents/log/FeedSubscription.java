package io.github.kvevents.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.store.LoggedChange;

/**
 * One subscriber of the feed. Guarded by the lock of the feed.
 */
final class FeedSubscription implements ChangeFeed.Subscription {

	private static final Log logger = LogFactory.getLog(FeedSubscription.class);

	private final ChangeFeed.Subscriber subscriber;

	private final Consumer<FeedSubscription> onClose;

	/** Where the subscriber had read further than the feed. */
	private final Map<Integer, KvPosition> ahead = new HashMap<>(0);

	private final Set<Integer> suspects = new HashSet<>(0);

	private boolean closed;

	FeedSubscription(ChangeFeed.Subscriber subscriber, Consumer<FeedSubscription> onClose) {
		this.subscriber = subscriber;
		this.onClose = onClose;
	}

	void skipUpTo(KvPosition position) {
		this.ahead.put(position.partition(), position);
	}

	void changes(int partition, List<LoggedChange> changes) {
		List<LoggedChange> unread = this.ahead.isEmpty() ? changes : unread(partition, changes);
		if (!unread.isEmpty()) {
			call(() -> this.subscriber.onChanges(unread));
		}
	}

	private List<LoggedChange> unread(int partition, List<LoggedChange> changes) {
		KvPosition read = this.ahead.get(partition);
		if (read == null) {
			return changes;
		}
		List<LoggedChange> unread = new ArrayList<>(changes);
		unread.removeIf((change) -> change.position().compareTo(read) <= 0);
		if (!unread.isEmpty()) {
			this.ahead.remove(partition);
		}
		return unread;
	}

	void reset(KvPosition to) {
		this.ahead.remove(to.partition());
		this.suspects.remove(to.partition());
		call(() -> this.subscriber.onReset(to.partition(), to));
	}

	/**
	 * Finds out whether the subscriber had read what the log lost. Not at the first
	 * comparison: the end may be from before the subscriber read.
	 */
	void compare(KvPosition last, KvPosition cursor) {
		KvPosition read = this.ahead.get(last.partition());
		if (read != null && read.compareTo(last) > 0 && !this.suspects.add(last.partition())) {
			reset(cursor);
		}
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
