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
 * {@link Endpoint @Endpoint} that shows hooks, enables and disables them. A change lasts
 * until the application stops, in this instance alone.
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
	 * @return the hooks and their totals
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
	 * Enables or disables a hook.
	 * @param id its id
	 * @param enabled whether it is called from now on
	 * @return the hook after the change, or {@code null} if there is none
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
	 * @param totals their totals
	 */
	public record HooksDescriptor(List<HookDescriptor> hooks,
			HookTotalsDescriptor totals) implements OperationResponseBody {
	}

	/**
	 * One hook. Each field is always present.
	 *
	 * @param id the hook's id
	 * @param bean the bean that declares it, {@code null} if it was registered at run
	 * time
	 * @param method its method, {@code null} if it was registered at run time
	 * @param events the events that it receives
	 * @param filter the description of its key filter, {@code null} if it receives all
	 * keys
	 * @param async whether it is asynchronous
	 * @param timeout how long the caller waits for it, {@code null} for no timeout
	 * @param scope which instances receive an event
	 * @param enabled whether it is called
	 * @param stats its statistics
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
	 * The statistics of a hook since it was registered. Each field is always present.
	 *
	 * @param invocations how often it was called
	 * @param failures how often it threw
	 * @param timeouts how often it exceeded its timeout
	 * @param dropped events that it did not receive
	 * @param inFlight calls that have not ended
	 * @param meanMillis the mean duration of its calls, in milliseconds
	 * @param maxMillis the longest of them, in milliseconds
	 * @param lastInvokedAt the start of its last call, {@code null} before the first
	 * @param lastError the class of its last error, {@code null} before the first;
	 * without the message, which may contain a value
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
	 * The totals of all registered hooks.
	 *
	 * @param hooks how many there are
	 * @param enabled how many of them are called
	 * @param invocations how often they were called
	 * @param failures how often they threw
	 * @param timeouts how often they exceeded their timeout
	 * @param dropped events that they did not receive
	 * @param inFlight calls that have not ended
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
