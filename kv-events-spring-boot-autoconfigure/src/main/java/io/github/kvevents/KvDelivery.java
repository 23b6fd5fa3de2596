package io.github.kvevents;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What became of an event that was delivered.
 *
 * @param reached the ids of the {@link KvReceiver receivers} that got it; asynchronous
 * hooks may not be done with it yet
 * @param completion completes when they are, as that of
 * {@link KvEventDispatcher#deliver(KvEvent)} does
 */
public record KvDelivery(Set<String> reached, CompletionStage<Void> completion) {

	public KvDelivery {
		reached = Set.copyOf(reached);
	}

}
