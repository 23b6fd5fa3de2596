package io.github.kvevents.listener;

import java.util.function.Consumer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import io.github.kvevents.KvEvent;
import io.github.kvevents.log.LogGapEvent;
import io.github.kvevents.support.EventReceiverContext;

/**
 * Observes each call of a handler as {@code kv.listener}, as part of the trace of the
 * operation that made the change, and names the listener in the MDC. No key and no value
 * of the user's is among the key values.
 */
final class ObservedHandler implements KvEventHandler {

	/** The id of the listener in the MDC. */
	static final String LISTENER = "kv.listener";

	private final String listener;

	private final KvEventHandler handler;

	private final ObservationRegistry registry;

	private final Consumer<String> ended;

	/**
	 * Creates an observed handler.
	 * @param ended receives the id of the listener after each call that was observed
	 */
	ObservedHandler(String listener, KvEventHandler handler, ObservationRegistry registry, Consumer<String> ended) {
		this.listener = listener;
		this.handler = handler;
		this.registry = registry;
		this.ended = ended;
	}

	@Override
	public void onEvent(KvEvent event) throws Exception {
		@Nullable String outer = MDC.get(LISTENER);
		MDC.put(LISTENER, this.listener);
		try {
			if (this.registry.isNoop()) {
				this.handler.onEvent(event);
			}
			else {
				observe(event);
			}
		}
		finally {
			// a redrive may be called by another handler
			if (outer != null) {
				MDC.put(LISTENER, outer);
			}
			else {
				MDC.remove(LISTENER);
			}
		}
	}

	private void observe(KvEvent event) throws Exception {
		Observation observation = Observation
			.createNotStarted("kv.listener", () -> EventReceiverContext.of(event), this.registry)
			.contextualName("kv.listener " + this.listener)
			.lowCardinalityKeyValue("listener", this.listener)
			.lowCardinalityKeyValue("type", event.getType().name())
			.start();
		String outcome = "failure";
		Observation.Scope scope = observation.openScope();
		try {
			this.handler.onEvent(event);
			outcome = "success";
		}
		catch (Throwable ex) {
			observation.error(ex);
			throw ex;
		}
		finally {
			scope.close();
			observation.lowCardinalityKeyValue("outcome", outcome);
			observation.stop();
			this.ended.accept(this.listener);
		}
	}

	@Override
	public void onGap(LogGapEvent gap) {
		this.handler.onGap(gap);
	}

}
