package io.github.kvevents;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The outcome of the delivery of an event.
 *
 * @param reached the ids of the {@link KvReceiver receivers} that received it;
 * asynchronous hooks may not have handled it yet
 * @param queued the ids of those of them that are asynchronous, and so outside of a
 * transaction of the caller
 * @param withdrawn the ids of those of them that were closed before they handled it, as
 * if they had not been registered. A view: it may grow until the completion
 * @param completion completes when they have handled it, as that of
 * {@link KvEventDispatcher#deliver(KvEvent)} does
 */
public record KvDelivery(Set<String> reached, Set<String> queued, Set<String> withdrawn,
		CompletionStage<Void> completion) {

	public KvDelivery {
		reached = Set.copyOf(reached);
		queued = Set.copyOf(queued);
		withdrawn = Collections.unmodifiableSet(withdrawn);
	}

}
