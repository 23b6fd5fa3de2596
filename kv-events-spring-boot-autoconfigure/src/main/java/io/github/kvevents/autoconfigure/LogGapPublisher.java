package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.springframework.context.ApplicationEventPublisher;

import io.github.kvevents.log.LogGapEvent;

/**
 * Publishes gaps to the context that has the change log and so, as Spring does, to its
 * parents; and to its children that use the log: their hooks and listeners miss the same
 * changes.
 */
class LogGapPublisher {

	private final ApplicationEventPublisher context;

	private final List<Consumer<LogGapEvent>> children = new CopyOnWriteArrayList<>();

	LogGapPublisher(ApplicationEventPublisher context) {
		this.context = context;
	}

	/**
	 * Adds a child.
	 * @param publisher calls the listeners of that context alone
	 * @return ends it
	 */
	Runnable add(Consumer<LogGapEvent> publisher) {
		this.children.add(publisher);
		return () -> this.children.remove(publisher);
	}

	/**
	 * Calls the listeners of each context, also if those of another failed.
	 * @param gap the gap
	 */
	void publish(LogGapEvent gap) {
		RuntimeException failure = null;
		try {
			this.context.publishEvent(gap);
		}
		catch (RuntimeException ex) {
			failure = ex;
		}
		for (Consumer<LogGapEvent> child : this.children) {
			try {
				child.accept(gap);
			}
			catch (RuntimeException ex) {
				if (failure != null) {
					ex.addSuppressed(failure);
				}
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
