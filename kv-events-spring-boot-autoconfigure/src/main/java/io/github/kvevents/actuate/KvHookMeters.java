package io.github.kvevents.actuate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.util.Assert;

import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;

/**
 * Counts the events that were dropped instead of passed to an asynchronous hook, as
 * {@code kv.hook.dropped} with the hook's id. Durations and errors of hooks and
 * operations are observations, which become meters by themselves. All meters of a hook
 * are removed when it is closed.
 */
public final class KvHookMeters implements MeterBinder, Consumer<String>, ApplicationListener<ContextRefreshedEvent> {

	private final Supplier<KvHookRegistry> hooks;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	/** The meters that are tagged with a hook, by its id. */
	private final Map<String, Set<Meter>> meters = new ConcurrentHashMap<>();

	/**
	 * Creates an instance.
	 * @param hooks the hooks; those that are registered when the application is ready
	 * have a counter from the start, at zero
	 */
	public KvHookMeters(Supplier<KvHookRegistry> hooks) {
		Assert.notNull(hooks, "'hooks' must not be null");
		this.hooks = hooks;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		registry.config().onMeterAdded(this::added).onMeterRemoved(this::removed);
		this.registries.add(registry);
	}

	private void added(Meter meter) {
		String hookId = hookOf(meter);
		if (hookId != null) {
			this.meters.compute(hookId, (id, known) -> {
				Set<Meter> all = (known != null) ? known : ConcurrentHashMap.newKeySet();
				all.add(meter);
				return all;
			});
		}
	}

	private void removed(Meter meter) {
		String hookId = hookOf(meter);
		if (hookId != null) {
			this.meters.computeIfPresent(hookId,
					(id, known) -> (known.remove(meter) && known.isEmpty()) ? null : known);
		}
	}

	private static @Nullable String hookOf(Meter meter) {
		return meter.getId().getName().startsWith("kv.hook") ? meter.getId().getTag("hook") : null;
	}

	/**
	 * Removes all meters of a hook that was closed. A meter that is registered at the
	 * same time is removed by the next call.
	 * @param hookId the hook
	 */
	public void remove(String hookId) {
		for (Meter meter : this.meters.getOrDefault(hookId, Set.of())) {
			this.registries.forEach((registry) -> registry.remove(meter));
		}
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		for (KvHookRegistration hook : this.hooks.get().all()) {
			if (hook.getOptions().isAsync()) {
				count(hook.getId(), 0);
			}
		}
	}

	/**
	 * Counts an event that was dropped.
	 * @param hookId the hook that did not receive it
	 */
	@Override
	public void accept(String hookId) {
		count(hookId, 1);
	}

	private void count(String hookId, int dropped) {
		for (MeterRegistry registry : this.registries) {
			Counter.builder("kv.hook.dropped")
				.description("Events that an asynchronous hook was not called for")
				.tag("hook", hookId)
				.register(registry)
				.increment(dropped);
		}
	}

}
