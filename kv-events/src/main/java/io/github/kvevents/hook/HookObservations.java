package io.github.kvevents.hook;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEvent;

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
		Observation observation = Observation.createNotStarted("kv.hook", this.registry)
			.contextualName("kv.hook " + hook.getId())
			.lowCardinalityKeyValues(KeyValues.of("hook", hook.getId(), "type", event.getType().name(), "mode", mode));
		if (parent != null) {
			observation.parentObservation(parent);
		}
		return observation.start();
	}

	/**
	 * Ends the observation of one call.
	 * @param outcome {@code success}, {@code failure} or {@code timeout}
	 */
	void stop(Observation observation, String outcome, @Nullable Throwable failure) {
		observation.lowCardinalityKeyValue("outcome", outcome);
		if (failure != null) {
			observation.error(failure);
		}
		observation.stop();
	}

}
