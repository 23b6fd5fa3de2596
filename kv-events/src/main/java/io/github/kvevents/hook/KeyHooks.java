package io.github.kvevents.hook;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import io.github.kvevents.KvEventType;

/**
 * The hooks of one operation on one key, in the order in which they are to be called.
 *
 * @param hooks those that match, with and without a queue
 * @param async whether any of them has a queue
 * @param failed those whose filter threw, with what it threw
 */
record KeyHooks(List<HookRegistration> hooks, boolean async, Map<HookRegistration, Throwable> failed) {

	static final KeyHooks NONE = new KeyHooks(List.of(), false, Map.of());

	static KeyHooks find(MatchIndex<HookRegistration> index, KvEventType type, String key, DispatchContext context) {
		if (!index.hasAny(type)) {
			return NONE;
		}
		FailedFilters failures = new FailedFilters();
		List<HookRegistration> found = index.find(type, key, context, failures);
		if (found.isEmpty() && failures.failed.isEmpty()) {
			return NONE;
		}
		boolean async = false;
		boolean active = true;
		for (HookRegistration hook : found) {
			async |= hook.queue() != null;
			active &= hook.isActive();
		}
		return active ? new KeyHooks(found, async, failures.failed) : ofActive(found, failures.failed);
	}

	private static KeyHooks ofActive(List<HookRegistration> found, Map<HookRegistration, Throwable> failed) {
		List<HookRegistration> active = found.stream().filter(HookRegistration::isActive).toList();
		return new KeyHooks(active, active.stream().anyMatch((hook) -> hook.queue() != null), failed);
	}

	/**
	 * Usually there are none.
	 */
	private static final class FailedFilters implements BiConsumer<HookRegistration, Throwable> {

		private Map<HookRegistration, Throwable> failed = Map.of();

		@Override
		public void accept(HookRegistration hook, Throwable failure) {
			if (this.failed.isEmpty()) {
				this.failed = new HashMap<>();
			}
			this.failed.put(hook, failure);
		}

	}

}
