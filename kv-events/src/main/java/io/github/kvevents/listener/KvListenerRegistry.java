package io.github.kvevents.listener;

import java.util.Collection;
import java.util.Optional;

/**
 * The durable listeners of this application. Used by many threads at once.
 */
public interface KvListenerRegistry {

	/**
	 * Registers a listener. It begins when the application has started, behind its
	 * checkpoint if there is one. Instances that register the same id share its events.
	 * @param id the id under which its checkpoint is kept: the same after each restart
	 * and in all instances, and unique in the namespace
	 * @param options which events to receive and how
	 * @param handler handles them
	 * @return the subscription of this instance
	 * @throws IllegalArgumentException if the id is blank or registered already, or the
	 * change log never has what the options choose
	 */
	KvSubscription register(String id, ListenerOptions options, KvEventHandler handler);

	/**
	 * Finds a listener.
	 * @param id its id
	 * @return its subscription, empty if there is none that is open
	 */
	Optional<KvSubscription> find(String id);

	/**
	 * All listeners that are open.
	 * @return a snapshot in the order of their registration
	 */
	Collection<KvSubscription> all();

}
