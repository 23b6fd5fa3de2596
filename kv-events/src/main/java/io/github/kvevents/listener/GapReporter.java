package io.github.kvevents.listener;

import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.LogGapEvent;

/**
 * Reports changes that a listener missed: in a log line, to the publisher of gaps and to
 * the handler. What one of them throws keeps the gap from nobody else.
 */
final class GapReporter {

	private static final Log logger = LogFactory.getLog(KvListenerRegistry.class);

	private final String listener;

	private final KvEventHandler handler;

	private final Consumer<LogGapEvent> publisher;

	private final ListenerCounters counters;

	GapReporter(String listener, KvEventHandler handler, Consumer<LogGapEvent> publisher, ListenerCounters counters) {
		this.listener = listener;
		this.handler = handler;
		this.publisher = publisher;
		this.counters = counters;
	}

	/**
	 * Counts and logs a gap.
	 * @return what delivers it, to be run on a thread that handles events
	 */
	Runnable report(int partition, KvPosition after, KvPosition next) {
		this.counters.gap();
		logger.warn("Listener '" + this.listener + "' missed changes of partition " + partition + " between " + after
				+ " and " + next
				+ ": they were removed from the change log before they were read, or the store lost them");
		LogGapEvent gap = new LogGapEvent(this.handler, "listener " + this.listener, partition, after, next);
		return () -> {
			deliver("publisher", () -> this.publisher.accept(gap));
			deliver("handler", () -> this.handler.onGap(gap));
		};
	}

	private void deliver(String receiver, Runnable delivery) {
		try {
			delivery.run();
		}
		catch (Throwable ex) {
			this.counters.failed(ex);
			logger.warn("The " + receiver + " of listener '" + this.listener + "' failed for a gap", ex);
		}
		finally {
			// an interrupt that was meant for one receiver must not reach the next one
			Thread.interrupted();
		}
	}

}
