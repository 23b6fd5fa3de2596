package io.github.kvevents.hook;

import java.util.Map;

import io.micrometer.common.KeyValues;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import org.springframework.util.ClassUtils;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.support.EventReceiverContext;

/**
 * Observes each call of a hook as {@code kv.hook}. All keys have few values; no key and
 * no value of the user's is among them.
 */
final class HookObservations {

	private final ObservationRegistry registry;

	HookObservations(ObservationRegistry registry) {
		this.registry = registry;
	}

	CallerContext capture() {
		return CallerContext.capture(this.registry);
	}

	/**
	 * Starts the observation of one call.
	 * @param mode how the hook is called
	 * @param parent the observation of the caller, where that is another thread
	 */
	Observation start(HookRegistration hook, KvEvent event, String mode, @Nullable Observation parent) {
		if (this.registry.isNoop()) {
			return Observation.NOOP;
		}
		Observation observation = Observation.createNotStarted("kv.hook", () -> context(event, parent), this.registry)
			.contextualName("kv.hook " + hook.getId())
			.lowCardinalityKeyValues(KeyValues.of("hook", hook.getId(), "type", event.getType().name(), "mode", mode));
		if (parent != null) {
			observation.parentObservation(parent);
		}
		return observation.start();
	}

	/**
	 * An expiry is a part of the trace of the operation that set its deadline, whichever
	 * thread notices it; any other event of what the caller is in, if that is observed.
	 */
	private Observation.Context context(KvEvent event, @Nullable Observation parent) {
		boolean inCaller = parent != null || this.registry.getCurrentObservation() != null;
		return (inCaller && event.getType() != KvEventType.EXPIRED) ? new Observation.Context()
				: EventReceiverContext.of(event);
	}

	/**
	 * Ends the observation of one call.
	 * @param outcome {@code success}, {@code failure} or {@code timeout}
	 */
	void stop(Observation observation, String outcome, @Nullable Throwable failure) {
		if (observation == Observation.NOOP) {
			return;
		}
		observation.lowCardinalityKeyValue("outcome", outcome);
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

	/**
	 * What a hook takes from its caller's thread to the thread that it runs on: MDC, the
	 * current observation and, where Micrometer's context propagation is on the class
	 * path, whatever that propagates. It is removed from the thread when the scope is
	 * closed.
	 */
	static final class CallerContext {

		private static final boolean PROPAGATION = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
				CallerContext.class.getClassLoader());

		private static final CallerContext NOTHING = new CallerContext(null, null, null);

		private final @Nullable Map<String, String> mdc;

		private final @Nullable Observation observation;

		private final @Nullable AutoCloseableSource snapshot;

		private CallerContext(@Nullable Map<String, String> mdc, @Nullable Observation observation,
				@Nullable AutoCloseableSource snapshot) {
			this.mdc = mdc;
			this.observation = observation;
			this.snapshot = snapshot;
		}

		static CallerContext capture(ObservationRegistry registry) {
			Map<String, String> mdc = MDC.getCopyOfContextMap();
			Observation observation = registry.getCurrentObservation();
			AutoCloseableSource snapshot = PROPAGATION ? Propagation.capture() : null;
			return (mdc == null && observation == null && snapshot == null) ? NOTHING
					: new CallerContext(mdc, observation, snapshot);
		}

		/**
		 * The observation that the caller was in, the parent of the hook's own.
		 */
		@Nullable Observation observation() {
			return this.observation;
		}

		DispatchContext.Scope open() {
			DispatchContext.Scope propagated = (this.snapshot != null) ? this.snapshot.open() : null;
			if (this.mdc != null) {
				MDC.setContextMap(this.mdc);
			}
			return (propagated != null) ? () -> {
				propagated.close();
				MDC.clear();
			} : MDC::clear;
		}

		/**
		 * Opens what was captured on another thread.
		 */
		@FunctionalInterface
		private interface AutoCloseableSource {

			DispatchContext.Scope open();

		}

		/**
		 * Loaded only where the classes that it uses are there.
		 */
		private static final class Propagation {

			private static final ContextSnapshotFactory FACTORY = ContextSnapshotFactory.builder().build();

			static @Nullable AutoCloseableSource capture() {
				ContextSnapshot captured = FACTORY.captureAll();
				// it is a map: what is empty, as nearly always, sets nothing
				boolean empty = captured instanceof Map<?, ?> values && values.isEmpty();
				return empty ? null : () -> captured.setThreadLocals()::close;
			}

		}

	}

}
