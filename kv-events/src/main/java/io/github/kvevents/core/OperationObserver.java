package io.github.kvevents.core;

import java.util.Locale;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Observes what the store does for an operation, and only that: hooks have a meter of
 * their own, and an operator wants to tell the two apart.
 */
final class OperationObserver {

	static final String NAME = "kv.operation";

	private final ObservationRegistry registry;

	private final String storeName;

	OperationObserver(ObservationRegistry registry, String storeName) {
		this.registry = registry;
		this.storeName = storeName;
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
		return isNoop() ? call.get() : observation(operation).observe(call);
	}

	private Observation observation(Operation operation) {
		return Observation.createNotStarted(NAME, this.registry)
			.contextualName("kv " + operation.tag())
			.lowCardinalityKeyValue("operation", operation.tag())
			.lowCardinalityKeyValue("store", this.storeName);
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
