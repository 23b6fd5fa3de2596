package io.github.kvevents.memory;

import org.jspecify.annotations.Nullable;

/**
 * The value and deadline of a key. Compared by identity: each write creates a new one.
 */
final class Entry {

	private final byte[] value;

	private final @Nullable Deadline deadline;

	Entry(byte[] value, @Nullable Deadline deadline) {
		this.value = value;
		this.deadline = deadline;
	}

	byte[] value() {
		return this.value;
	}

	@Nullable Deadline deadline() {
		return this.deadline;
	}

	boolean isDue(long now) {
		return this.deadline != null && this.deadline.isDue(now);
	}

	static byte @Nullable [] valueOf(@Nullable Entry entry) {
		return (entry != null) ? entry.value : null;
	}

	static @Nullable Deadline deadlineOf(@Nullable Entry entry) {
		return (entry != null) ? entry.deadline : null;
	}

}
