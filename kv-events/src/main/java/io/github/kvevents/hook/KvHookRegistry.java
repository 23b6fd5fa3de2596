package io.github.kvevents.hook;

import java.util.Collection;
import java.util.Optional;

/**
 * The hooks of this application: those of bean methods, and those that are registered
 * here while it runs. Safe for use by many threads.
 */
public interface KvHookRegistry {

	/**
	 * Registers a hook. It receives the events of operations that begin after this
	 * returned.
	 * @param options which events it receives and how it is called; without an id one is
	 * generated
	 * @param callback what it does
	 * @return the registration, to be closed when it is no longer needed
	 * @throws IllegalArgumentException if a hook with this id exists, or the options
	 * can't be served
	 */
	KvHookRegistration register(KvHookOptions options, KvHookCallback callback);

	/**
	 * Finds a hook.
	 * @param id its id
	 * @return the registration, empty if there is none or it was closed
	 */
	Optional<KvHookRegistration> find(String id);

	/**
	 * All hooks.
	 * @return a snapshot, in the order of registration
	 */
	Collection<KvHookRegistration> all();

}
