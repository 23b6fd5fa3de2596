package io.github.kvevents.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

import io.github.kvevents.KeyFilter;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvHookOptions;
import io.github.kvevents.hook.KvHookRegistration;
import io.github.kvevents.hook.KvHookRegistry;
import io.github.kvevents.hook.KvHookScope;
import io.github.kvevents.hook.KvHookStats;

/**
 * {@link Endpoint @Endpoint} that shows the hooks and switches them on and off. What is
 * switched here lasts until the application stops, in this instance alone.
 */
@Endpoint(id = "kvhooks")
public class KvHooksEndpoint {

	private final KvHookRegistry registry;

	/**
	 * Creates an endpoint.
	 * @param registry the hooks to show
	 */
	public KvHooksEndpoint(KvHookRegistry registry) {
		Assert.notNull(registry, "'registry' must not be null");
		this.registry = registry;
	}

	/**
	 * Shows all hooks, in the order of their registration.
	 * @return the hooks and their sums
	 */
	@ReadOperation
	public HooksDescriptor hooks() {
		List<HookDescriptor> hooks = this.registry.all().stream().map(HookDescriptor::of).toList();
		return new HooksDescriptor(hooks, HookTotalsDescriptor.of(hooks));
	}

	/**
	 * Shows one hook.
	 * @param id its id
	 * @return the hook, or {@code null} if there is none
	 */
	@ReadOperation
	public @Nullable HookDescriptor hook(@Selector String id) {
		return this.registry.find(id).map(HookDescriptor::of).orElse(null);
	}

	/**
	 * Switches a hook on or off.
	 * @param id its id
	 * @param enabled whether it is to be called
	 * @return the hook as it is now, or {@code null} if there is none
	 */
	@WriteOperation
	public @Nullable HookDescriptor setEnabled(@Selector String id, boolean enabled) {
		KvHookRegistration registration = this.registry.find(id).orElse(null);
		if (registration == null) {
			return null;
		}
		registration.setEnabled(enabled);
		return HookDescriptor.of(registration);
	}

	/**
	 * All hooks.
	 *
	 * @param hooks each of them
	 * @param totals their sums
	 */
	public record HooksDescriptor(List<HookDescriptor> hooks,
			HookTotalsDescriptor totals) implements OperationResponseBody {
	}

	/**
	 * One hook, as the endpoint shows it: every field is always there.
	 *
	 * @param id the hook's id
	 * @param bean the bean that declares it, {@code null} if it was registered by a call
	 * @param method the method that it is, {@code null} if it was registered by a call
	 * @param events the events that it receives
	 * @param filter what its key filter says about itself, {@code null} if it receives
	 * all keys
	 * @param async whether it runs on a thread of its own
	 * @param timeout how long the caller waits for it, {@code null} if it waits for its
	 * end
	 * @param scope which instances receive an event
	 * @param enabled whether it is called
	 * @param stats what it did so far
	 */
	@JsonInclude(Include.ALWAYS)
	public record HookDescriptor(String id, @Nullable String bean, @Nullable String method, Set<KvEventType> events,
			@Nullable String filter, boolean async, @Nullable Duration timeout, KvHookScope scope, boolean enabled,
			HookStatsDescriptor stats) implements OperationResponseBody {

		static HookDescriptor of(KvHookRegistration registration) {
			KvHookOptions options = registration.getOptions();
			KeyFilter filter = options.getFilter();
			return new HookDescriptor(registration.getId(), registration.getBeanName(), registration.getMethodName(),
					options.getEvents(), (filter != null) ? filter.toString() : null, options.isAsync(),
					options.getTimeout(), options.getScope(), registration.isEnabled(),
					HookStatsDescriptor.of(registration.getStats()));
		}

	}

	/**
	 * What a hook did since it was registered: every field is always there.
	 *
	 * @param invocations how often it was called
	 * @param failures how often it threw
	 * @param timeouts how often it didn't end in time
	 * @param dropped events that it was not called for
	 * @param inFlight calls that have begun and not ended
	 * @param meanMillis the mean duration of its calls, in milliseconds
	 * @param maxMillis the longest of them, in milliseconds
	 * @param lastInvokedAt when its last call began, {@code null} before the first
	 * @param lastError the class of its last error, {@code null} before the first; its
	 * message is left out, since it may hold a value
	 */
	@JsonInclude(Include.ALWAYS)
	public record HookStatsDescriptor(long invocations, long failures, long timeouts, long dropped, long inFlight,
			double meanMillis, double maxMillis, @Nullable Instant lastInvokedAt, @Nullable String lastError) {

		static HookStatsDescriptor of(KvHookStats stats) {
			return new HookStatsDescriptor(stats.invocations(), stats.failures(), stats.timeouts(), stats.dropped(),
					stats.inFlight(), stats.meanMillis(), stats.maxMillis(), stats.lastInvokedAt(), stats.lastError());
		}

	}

	/**
	 * The sums over all hooks that are registered now.
	 *
	 * @param hooks how many there are
	 * @param enabled how many of them are called
	 * @param invocations how often they were called
	 * @param failures how often they threw
	 * @param timeouts how often they didn't end in time
	 * @param dropped events that they were not called for
	 * @param inFlight calls that have begun and not ended
	 */
	public record HookTotalsDescriptor(long hooks, long enabled, long invocations, long failures, long timeouts,
			long dropped, long inFlight) {

		static HookTotalsDescriptor of(List<HookDescriptor> hooks) {
			return new HookTotalsDescriptor(hooks.size(), hooks.stream().filter(HookDescriptor::enabled).count(),
					sum(hooks, HookStatsDescriptor::invocations), sum(hooks, HookStatsDescriptor::failures),
					sum(hooks, HookStatsDescriptor::timeouts), sum(hooks, HookStatsDescriptor::dropped),
					sum(hooks, HookStatsDescriptor::inFlight));
		}

		private static long sum(List<HookDescriptor> hooks, ToLongFunction<HookStatsDescriptor> figure) {
			return hooks.stream().map(HookDescriptor::stats).mapToLong(figure).sum();
		}

	}

}
