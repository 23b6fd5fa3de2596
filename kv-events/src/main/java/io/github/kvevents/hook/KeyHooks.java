package io.github.kvevents.hook;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import io.github.kvevents.KvEventType;

/**
 * The hooks of one operation on one key, in the order in which they are to be called.
 *
 * @param hooks those that match, with and without a queue
 * @param queued those that have a queue, in the order of registration
 * @param failed those whose filter threw, with what it threw
 */
record KeyHooks(List<HookRegistration> hooks, List<HookRegistration> queued, Map<HookRegistration, Throwable> failed) {

	static final Comparator<HookRegistration> REGISTRATION = Comparator.comparingLong(HookRegistration::sequence);

	static final KeyHooks NONE = new KeyHooks(List.of(), List.of(), Map.of());

	/**
	 * Those of the hooks that match which are active. Usually made once for all events
	 * that the same hooks match.
	 */
	static KeyHooks of(List<HookRegistration> matching) {
		boolean all = matching.stream().allMatch(HookRegistration::isActive);
		List<HookRegistration> active = all ? matching : matching.stream().filter(HookRegistration::isActive).toList();
		return active.isEmpty() ? NONE : new KeyHooks(active,
				active.stream().filter(KeyHooks::isQueued).sorted(REGISTRATION).toList(), Map.of());
	}

	private static boolean isQueued(HookRegistration hook) {
		return hook.queue() != null;
	}

	static KeyHooks find(MatchIndex<HookRegistration, KeyHooks> index, KvEventType type, String key,
			DispatchContext context) {
		FailedFilters failures = new FailedFilters();
		KeyHooks found = index.find(type, key, context, failures);
		return failures.failed.isEmpty() ? found : new KeyHooks(found.hooks, found.queued, failures.failed);
	}

	/**
	 * Whether any of them has a queue.
	 */
	boolean async() {
		return !this.queued.isEmpty();
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
