package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.kvevents.KvEventType;

/**
 * The hooks of one operation on one key, in the order in which they are to be called.
 *
 * @param sync those that the caller waits for
 * @param async those that have a queue
 * @param failed those whose filter threw, with what it threw
 */
record KeyHooks(List<HookRegistration> sync, List<HookRegistration> async, Map<HookRegistration, Throwable> failed) {

	private static final KeyHooks NONE = new KeyHooks(List.of(), List.of(), Map.of());

	static KeyHooks find(MatchIndex<HookRegistration> index, KvEventType type, String key, DispatchContext context) {
		if (!index.hasAny(type)) {
			return NONE;
		}
		Map<HookRegistration, Throwable> failed = new HashMap<>(0);
		List<HookRegistration> found = index.find(type, key, context, failed::put);
		if (found.isEmpty() && failed.isEmpty()) {
			return NONE;
		}
		List<HookRegistration> sync = new ArrayList<>(found.size());
		List<HookRegistration> async = new ArrayList<>(0);
		for (HookRegistration hook : found) {
			if (hook.isActive()) {
				((hook.queue() != null) ? async : sync).add(hook);
			}
		}
		return new KeyHooks(sync, async, failed);
	}

}
