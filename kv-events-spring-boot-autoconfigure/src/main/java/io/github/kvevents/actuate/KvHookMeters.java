package io.github.kvevents.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts the events that asynchronous hooks were not called for, as
 * {@code kv.hook.dropped} with the hook's id. Durations and errors of hooks and
 * operations are observations, which become meters by themselves.
 */
public final class KvHookMeters implements MeterBinder, Consumer<String> {

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
	}

	/**
	 * Counts an event that was dropped.
	 * @param hookId the hook that was not called for it
	 */
	@Override
	public void accept(String hookId) {
		for (MeterRegistry registry : this.registries) {
			Counter.builder("kv.hook.dropped")
				.description("Events that an asynchronous hook was not called for")
				.tag("hook", hookId)
				.register(registry)
				.increment();
		}
	}

}
