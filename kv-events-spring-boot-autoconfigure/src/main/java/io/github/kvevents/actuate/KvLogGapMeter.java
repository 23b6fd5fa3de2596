package io.github.kvevents.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.context.ApplicationListener;

import io.github.kvevents.log.LogGapEvent;

/**
 * Counts the gaps that readers of the change log detected: {@code kv.log.gap}, tagged
 * with the reader. There are as many readers as listeners are declared.
 */
public final class KvLogGapMeter implements MeterBinder, ApplicationListener<LogGapEvent> {

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
	}

	/**
	 * Removes the meter of a listener that was closed.
	 * @param listenerId the listener
	 */
	public void remove(String listenerId) {
		for (MeterRegistry registry : this.registries) {
			Counter counter = registry.find("kv.log.gap").tag("reader", "listener " + listenerId).counter();
			if (counter != null) {
				registry.remove(counter);
			}
		}
	}

	@Override
	public void onApplicationEvent(LogGapEvent event) {
		this.registries.forEach((registry) -> registry.counter("kv.log.gap", "reader", event.getReader()).increment());
	}

}
