package io.github.kvevents;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What became of an event that was delivered.
 *
 * @param reached the ids of the {@link KvReceiver receivers} that got it; asynchronous
 * hooks may not be done with it yet
 * @param queued the ids of those of them that are asynchronous, and so outside of a
 * transaction of the caller
 * @param withdrawn the ids of those of them that were closed before they handled it, as
 * if they hadn't been there. A view: there may be more until the completion
 * @param completion completes when they are done, as that of
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
