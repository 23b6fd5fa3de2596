package io.github.kvevents.watch;

import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

/**
 * Events for a stream, each waited for.
 */
final class WaitingSpliterator extends Spliterators.AbstractSpliterator<KvEvent> {

	private final Supplier<@Nullable KvEvent> events;

	/**
	 * Creates a spliterator.
	 * @param events waits for the next event, and gives {@code null} at the end
	 */
	WaitingSpliterator(Supplier<@Nullable KvEvent> events) {
		super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
		this.events = events;
	}

	@Override
	public boolean tryAdvance(Consumer<? super KvEvent> action) {
		KvEvent event = this.events.get();
		if (event != null) {
			action.accept(event);
		}
		return event != null;
	}

}
