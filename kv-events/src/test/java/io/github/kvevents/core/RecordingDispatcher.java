package io.github.kvevents.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;

/**
 * Runs operations and remembers their events.
 */
class RecordingDispatcher implements KvEventDispatcher {

	final List<KvEvent> events = Collections.synchronizedList(new ArrayList<>());

	final List<Collection<String>> calls = Collections.synchronizedList(new ArrayList<>());

	@Override
	public void dispatch(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		this.calls.add(List.copyOf(keys));
		operation.accept(this.events::add);
	}

	@Override
	public CompletionStage<Void> deliver(KvEvent event) {
		this.events.add(event);
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public boolean hasReceivers(KvEventType type) {
		return true;
	}

	KvEvent last() {
		return this.events.get(this.events.size() - 1);
	}

}
