package io.github.kvevents.hook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The slots in queues that one operation has reserved for the events that it may cause.
 */
final class QueueReservations {

	private static final HookQueue[] NO_QUEUES = {};

	private static final int[] NO_SLOTS = {};

	private HookQueue[] queues = NO_QUEUES;

	/** For each queue how many slots. */
	private int[] slots = NO_SLOTS;

	private int count;

	/**
	 * Reserves a slot for one key in the queue of each of its asynchronous hooks.
	 */
	void reserve(KeyHooks hooks) {
		List<HookRegistration> wanted = hooks.queued();
		this.queues = new HookQueue[wanted.size()];
		this.slots = new int[wanted.size()];
		for (int index = 0; index < this.queues.length; index++) {
			reserve(wanted.get(index).queue(), 1);
		}
	}

	/**
	 * Reserves a slot for each key in the queue of each of its asynchronous hooks, in the
	 * order of registration: two operations can't each wait for the other one.
	 */
	void reserve(Collection<KeyHooks> keys) {
		List<HookRegistration> wanted = new ArrayList<>();
		for (KeyHooks hooks : keys) {
			wanted.addAll(hooks.queued());
		}
		wanted.sort(KeyHooks.REGISTRATION);
		this.queues = new HookQueue[wanted.size()];
		this.slots = new int[wanted.size()];
		for (int start = 0; start < wanted.size();) {
			HookRegistration hook = wanted.get(start);
			int end = start + 1;
			while (end < wanted.size() && wanted.get(end) == hook) {
				end++;
			}
			reserve(hook.queue(), end - start);
			start = end;
		}
	}

	private void reserve(@Nullable HookQueue queue, int wanted) {
		if (queue != null) {
			// counted last: an error while it waits leaves nothing to be released
			this.slots[this.count] = queue.reserve(wanted);
			this.queues[this.count++] = queue;
		}
	}

	/**
	 * Takes a slot for an event that is about to be enqueued.
	 * @return whether there was one
	 */
	boolean use(HookQueue queue) {
		for (int index = 0; index < this.count; index++) {
			if (this.queues[index] == queue) {
				boolean available = this.slots[index] > 0;
				this.slots[index] -= available ? 1 : 0;
				return available;
			}
		}
		return false;
	}

	/**
	 * Gives back the slots for which there was no event.
	 */
	void release() {
		for (int index = 0; index < this.count; index++) {
			this.queues[index].release(this.slots[index]);
		}
		this.count = 0;
	}

}
