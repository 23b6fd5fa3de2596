package io.github.kvevents.actuate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.util.Assert;

import io.github.kvevents.listener.KvListenerRegistry;
import io.github.kvevents.listener.KvListenerStats;
import io.github.kvevents.listener.KvSubscription;

/**
 * Meters of registered listeners, with the listener's id as their only tag: the gauge
 * {@code kv.listener.lag} of the partitions that are assigned to this instance, so that
 * the sum over all instances is the lag of the fleet; and the counters
 * {@code kv.listener.processed}, {@code kv.listener.failed} and
 * {@code kv.listener.deadletters} of this instance. None asks the store. They are removed
 * when the listener is closed.
 */
public final class KvListenerMeters
		implements MeterBinder, Consumer<String>, ApplicationListener<ContextRefreshedEvent> {

	private static final List<String> OBSERVED = List.of("kv.listener", "kv.listener.active");

	private final KvListenerRegistry listeners;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	/** The meters of each listener, by its id. */
	private final Map<String, List<Meter>> bound = new ConcurrentHashMap<>();

	/**
	 * Creates an instance.
	 * @param listeners the listeners
	 */
	public KvListenerMeters(KvListenerRegistry listeners) {
		Assert.notNull(listeners, "'listeners' must not be null");
		this.listeners = listeners;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.bound.forEach((id, meters) -> meters.addAll(bind(registry, id)));
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		for (KvSubscription listener : this.listeners.all()) {
			accept(listener.getId());
		}
	}

	/**
	 * Adds the meters of a listener that has been registered.
	 * @param id the listener's id
	 */
	@Override
	public void accept(String id) {
		this.bound.computeIfAbsent(id, (listener) -> new CopyOnWriteArrayList<>(
				this.registries.stream().flatMap((registry) -> bind(registry, listener).stream()).toList()));
	}

	/**
	 * Removes the meters of a listener that was closed.
	 * @param id the listener's id
	 */
	public void remove(String id) {
		List<Meter> gone = this.bound.remove(id);
		if (gone != null) {
			gone.forEach((meter) -> this.registries.forEach((registry) -> registry.remove(meter)));
		}
		// what the observations of its calls made
		this.registries.forEach((registry) -> OBSERVED
			.forEach((name) -> registry.find(name).tag("listener", id).meters().forEach(registry::remove)));
	}

	private List<Meter> bind(MeterRegistry registry, String id) {
		Gauge lag = Gauge.builder("kv.listener.lag", this.listeners, (listeners) -> figure(id, KvListenerStats::lag))
			.description("Entries of the change log that this instance has still to handle for a listener")
			.tag("listener", id)
			.register(registry);
		return List.of(lag,
				count(registry, id, "kv.listener.processed", "Events that a listener handled",
						KvListenerStats::processed),
				count(registry, id, "kv.listener.failed", "Attempts of a listener that failed",
						KvListenerStats::failed),
				count(registry, id, "kv.listener.deadletters", "Events that a listener moved to its dead letters",
						KvListenerStats::deadLettered));
	}

	private Meter count(MeterRegistry registry, String id, String name, String description,
			ToDoubleFunction<KvListenerStats> figure) {
		return FunctionCounter.builder(name, this.listeners, (listeners) -> figure(id, figure))
			.description(description)
			.tag("listener", id)
			.register(registry);
	}

	private double figure(String id, ToDoubleFunction<KvListenerStats> figure) {
		return this.listeners.find(id).map((listener) -> figure.applyAsDouble(listener.getStats())).orElse(Double.NaN);
	}

}
