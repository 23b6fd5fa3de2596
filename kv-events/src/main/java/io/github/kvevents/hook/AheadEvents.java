package io.github.kvevents.hook;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvDelivery;
import io.github.kvevents.KvEvent;

/**
 * The events that an operation dispatches ahead of its own: expiries that it detected.
 * There are usually none. Confined to the thread of the operation.
 */
final class AheadEvents {

	/** An event equals only itself. */
	private Map<KvEvent, Ahead> events = Map.of();

	/**
	 * Adds an event.
	 * @param done called once, when the receivers were called
	 */
	void add(KvEvent event, Consumer<KvDelivery> done) {
		if (this.events.isEmpty()) {
			this.events = new LinkedHashMap<>();
		}
		this.events.put(event, new Ahead(done));
	}

	boolean isEmpty() {
		return this.events.isEmpty();
	}

	Collection<KvEvent> all() {
		return this.events.keySet();
	}

	/**
	 * The delivery of an event.
	 * @param other the delivery of events that are not ahead
	 */
	@Nullable Delivery deliveryOf(KvEvent event, @Nullable Delivery other) {
		Ahead found = this.events.get(event);
		return (found != null) ? found.delivery : other;
	}

	/**
	 * Ends the delivery of an event, if it is one of these.
	 */
	void end(KvEvent event) {
		Ahead found = this.events.get(event);
		if (found != null) {
			found.end();
		}
	}

	/**
	 * Ends all deliveries: no further receiver is called.
	 */
	void endAll() {
		this.events.values().forEach(Ahead::end);
	}

	private static final class Ahead {

		private final Delivery delivery = new Delivery(Set.of());

		private final Consumer<KvDelivery> done;

		private boolean ended;

		Ahead(Consumer<KvDelivery> done) {
			this.done = done;
		}

		void end() {
			if (!this.ended) {
				this.ended = true;
				this.delivery.done();
				this.done.accept(this.delivery.result());
			}
		}

	}

}
