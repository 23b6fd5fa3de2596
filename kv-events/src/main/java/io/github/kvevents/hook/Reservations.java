package io.github.kvevents.hook;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The slots in queues that one operation has reserved for the events that it may cause.
 */
final class Reservations {

	private final Map<HookQueue, Integer> reserved = new LinkedHashMap<>();

	/**
	 * Reserves a slot for each key in the queue of each of its asynchronous hooks. The
	 * queues are asked in the order of registration, always: two operations can't each
	 * hold what the other one waits for.
	 */
	void reserve(Collection<KeyHooks> keys) {
		Map<HookRegistration, Integer> wanted = new TreeMap<>(Comparator.comparingLong(HookRegistration::sequence));
		for (KeyHooks hooks : keys) {
			for (HookRegistration hook : hooks.async()) {
				wanted.merge(hook, 1, Integer::sum);
			}
		}
		wanted.forEach((hook, slots) -> {
			HookQueue queue = hook.queue();
			if (queue != null) {
				this.reserved.put(queue, queue.reserve(slots));
			}
		});
	}

	/**
	 * Gives all slots back: an event that was enqueued counts by itself by now.
	 */
	void release() {
		this.reserved.forEach(HookQueue::release);
		this.reserved.clear();
	}

}
