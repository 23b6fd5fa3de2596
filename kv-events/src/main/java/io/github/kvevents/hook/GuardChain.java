package io.github.kvevents.hook;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvVetoException;

/**
 * The guards of this application, asked before an operation is sent to the store.
 */
public interface GuardChain {

	/**
	 * Asks each guard of the key, on the caller's thread, in their order.
	 * @param type the operation
	 * @param key the key that it would change
	 * @param value the bytes that it would write, {@code null} for a delete
	 * @throws KvVetoException if a guard throws: nothing must be written then
	 */
	void check(KvEventType type, String key, byte @Nullable [] value);

}
