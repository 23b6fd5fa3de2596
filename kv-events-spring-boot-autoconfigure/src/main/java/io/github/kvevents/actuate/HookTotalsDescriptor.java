package io.github.kvevents.actuate;

import java.util.List;
import java.util.function.ToLongFunction;

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
