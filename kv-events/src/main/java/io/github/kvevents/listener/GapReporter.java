package io.github.kvevents.listener;

import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.kvevents.KvPosition;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.log.change.GapLog;

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

	private final GapLog log;

	GapReporter(String listener, KvEventHandler handler, Consumer<LogGapEvent> publisher, ListenerCounters counters) {
		this.listener = listener;
		this.handler = handler;
		this.publisher = publisher;
		this.counters = counters;
		this.log = new GapLog(logger, "Listener '" + listener + "'");
	}

	/**
	 * Counts a gap, to be logged soon.
	 * @return what delivers it, to be run on a thread that handles events
	 */
	Runnable report(int partition, KvPosition after, KvPosition next) {
		this.counters.gap();
		this.log.add(after, next);
		LogGapEvent gap = new LogGapEvent(this.handler, "listener " + this.listener, partition, after, next);
		return () -> {
			deliver("publisher", () -> this.publisher.accept(gap));
			deliver("handler", () -> this.handler.onGap(gap));
		};
	}

	/**
	 * The gaps that are not logged yet, confined to the thread that reports.
	 */
	GapLog log() {
		return this.log;
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
