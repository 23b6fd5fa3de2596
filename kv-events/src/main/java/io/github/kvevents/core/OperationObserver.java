package io.github.kvevents.core;

import java.util.Locale;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvHeaders;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.WriteHeaders;

/**
 * Observes what the store does for an operation, and only that: hooks have a meter of
 * their own, and an operator wants to tell the two apart. A write that others may receive
 * is observed as that of a producer of messages.
 */
final class OperationObserver {

	static final String NAME = "kv.operation";

	private final ObservationRegistry registry;

	private final KvStore store;

	private final HeaderSettings headers;

	OperationObserver(ObservationRegistry registry, KvStore store, HeaderSettings headers) {
		this.registry = registry;
		this.store = store;
		this.headers = headers;
	}

	/**
	 * Whether nobody observes: a call of the store may be made directly then.
	 */
	boolean isNoop() {
		return this.registry.isNoop();
	}

	/**
	 * Makes one call to the store, observed.
	 */
	<T extends @Nullable Object> T observe(Operation operation, Supplier<T> call) {
		return isNoop() ? call.get() : observation(operation, new Observation.Context()).observe(call);
	}

	/**
	 * Prepares a write.
	 */
	Write write(Operation operation) {
		boolean plain = isNoop() && this.headers.sources().isEmpty();
		return plain ? Write.PLAIN : new Write(this, operation);
	}

	private Observation observation(Operation operation, Observation.Context context) {
		return Observation.createNotStarted(NAME, () -> context, this.registry)
			.contextualName("kv " + operation.tag())
			.lowCardinalityKeyValue("operation", operation.tag())
			.lowCardinalityKeyValue("store", this.store.getName());
	}

	private Observation observation(Operation operation, HeaderCollector collector) {
		if (!this.headers.trace() || !this.store.carriesHeaders()) {
			return observation(operation, new Observation.Context());
		}
		SenderContext<HeaderCollector> context = new SenderContext<>((carrier, name, value) -> {
			if (carrier != null) {
				carrier.propagate(name, value);
			}
		}, Kind.PRODUCER);
		context.setCarrier(collector);
		return observation(operation, context);
	}

	/**
	 * One write, and the headers that its changes carry. For one call.
	 */
	static final class Write {

		/** Nobody observes, and there are no headers. */
		static final Write PLAIN = new Write(null, Operation.SET);

		private final @Nullable OperationObserver observer;

		private final Operation operation;

		private KvHeaders headers = KvHeaders.NONE;

		private Write(@Nullable OperationObserver observer, Operation operation) {
			this.observer = observer;
			this.operation = operation;
		}

		/**
		 * Whether the store may be called directly.
		 */
		boolean isPlain() {
			return this.observer == null;
		}

		/**
		 * Makes the call to the store, observed and with its headers.
		 */
		<T extends @Nullable Object> T call(Supplier<T> call) {
			OperationObserver observer = this.observer;
			if (observer == null) {
				return call.get();
			}
			HeaderCollector collector = new HeaderCollector(observer.headers);
			return observer.isNoop() ? call(collector, call)
					// what starts the observation adds the trace
					: observer.observation(this.operation, collector).observe(() -> call(collector, call));
		}

		private <T extends @Nullable Object> T call(HeaderCollector collector, Supplier<T> call) {
			collector.addFromSources();
			this.headers = collector.headers();
			// also without headers: this may be within a write that has some
			return WriteHeaders.call(this.headers, call);
		}

		/**
		 * The headers, after the call.
		 */
		KvHeaders headers() {
			return this.headers;
		}

	}

	/**
	 * The operations, as they are tagged in the meter {@code kv.operation}.
	 */
	enum Operation {

		SET, GET, DELETE, EXISTS, GET_TIME_TO_LIVE, EXPIRE, PERSIST, BATCH_SET, BATCH_GET, BATCH_DELETE,
		COMPARE_AND_SET;

		private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

		String tag() {
			return this.tag;
		}

	}

}
