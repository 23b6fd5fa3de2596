package io.github.kvevents;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What an operation did to a key.
 */
public enum KvChange {

	/**
	 * The key was absent before.
	 */
	CREATED,

	/**
	 * The key had another value before.
	 */
	UPDATED,

	/**
	 * The key had the same value before, byte for byte. Hooks receive it, watches and
	 * listeners don't.
	 */
	UNCHANGED,

	/**
	 * The key is gone: deleted or expired.
	 */
	REMOVED;

	/**
	 * What a write of {@code value} over {@code previousValue} did.
	 * @param previousValue what the key held before, {@code null} if it was absent
	 * @param value what the key holds now, {@code null} if it is gone
	 * @return the change, decided by the bytes
	 */
	public static KvChange of(byte @Nullable [] previousValue, byte @Nullable [] value) {
		if (value == null) {
			return REMOVED;
		}
		if (previousValue == null) {
			return CREATED;
		}
		return Arrays.equals(previousValue, value) ? UNCHANGED : UPDATED;
	}

}
