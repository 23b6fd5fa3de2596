package io.github.kvevents.hook;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher.KvDelivery;
import io.github.kvevents.KvReceiver;

/**
 * The delivery of one event: records which receivers it reached, and when they have
 * handled it. Confined to the thread that delivers it, but for the completion and what is
 * withdrawn.
 */
final class Delivery {

	/** The id under which the watches of an instance receive. */
	static final String WATCHES = "watches";

	/**
	 * What isn't done yet, and this delivery itself: it can't be complete before the
	 * event was handed to every receiver.
	 */
	private final AtomicInteger pending = new AtomicInteger(1);

	private final CompletableFuture<Void> completion = new CompletableFuture<>();

	private final Set<String> except;

	private final Set<String> reached = new HashSet<>();

	private final Set<String> queued = new HashSet<>();

	private final Set<String> withdrawn = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a delivery that has reached no receiver.
	 * @param except the ids of the receivers that received the event before
	 */
	Delivery(Set<String> except) {
		this.except = except;
	}

	/**
	 * Whether a receiver is to receive the event; then it counts as reached.
	 */
	boolean reach(String id) {
		if (this.except.contains(id)) {
			return false;
		}
		this.reached.add(id);
		return true;
	}

	/**
	 * Whether receivers that can only be called together are to receive the event: unless
	 * each of them received it before.
	 */
	boolean reachAll(List<KvReceiver> receivers) {
		if (!receivers.isEmpty() && receivers.stream().allMatch((receiver) -> this.except.contains(receiver.id()))) {
			return false;
		}
		receivers.forEach((receiver) -> this.reached.add(receiver.id()));
		return true;
	}

	/**
	 * A hook that was reached receives the event through its queue.
	 */
	void queue(String id) {
		this.queued.add(id);
	}

	/**
	 * A hook was closed before it took the event from its queue.
	 */
	void withdraw(String id) {
		this.withdrawn.add(id);
	}

	/**
	 * A queued event is pending until it is {@link #done()}.
	 */
	void pending() {
		this.pending.incrementAndGet();
	}

	/**
	 * A queued event was handled or dropped, or the event was handed to every receiver.
	 */
	@SuppressWarnings("NullAway") // Void has no other value
	void done() {
		if (this.pending.decrementAndGet() == 0) {
			this.completion.complete(null);
		}
	}

	/**
	 * The application stops before a queued event was handled.
	 */
	void cancel() {
		this.completion.completeExceptionally(
				new CancellationException("The application stopped before each hook of an event had run"));
	}

	KvDelivery result() {
		return new KvDelivery(this.reached, this.queued, this.withdrawn, this.completion.minimalCompletionStage());
	}

	/**
	 * The events that an operation dispatches ahead of its own: expiries that it
	 * detected. There are usually none. Confined to the thread of the operation.
	 */
	static final class AheadEvents {

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

}
