package io.github.kvevents.redis.expiry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;

/**
 * Keeps what is delivered, after a hook that a test may set.
 */
public final class RecordingDispatcher implements KvEventDispatcher {

	private final List<KvExpiredEvent> events = Collections.synchronizedList(new ArrayList<>());

	private final Set<String> threads = ConcurrentHashMap.newKeySet();

	private volatile Consumer<KvEvent> hook = (event) -> {
	};

	private volatile boolean heard = true;

	public RecordingDispatcher hook(Consumer<KvEvent> hook) {
		this.hook = hook;
		return this;
	}

	public RecordingDispatcher heard(boolean heard) {
		this.heard = heard;
		return this;
	}

	public List<KvExpiredEvent> events() {
		synchronized (this.events) {
			return List.copyOf(this.events);
		}
	}

	public List<String> keys() {
		return events().stream().map(KvEvent::getKey).toList();
	}

	public Set<String> threads() {
		return this.threads;
	}

	@Override
	public CompletionStage<Void> deliver(KvEvent event) {
		this.threads.add(Thread.currentThread().getName());
		this.hook.accept(event);
		this.events.add((KvExpiredEvent) event);
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public boolean hasReceivers(KvEventType type) {
		return type == KvEventType.EXPIRED && this.heard;
	}

	@Override
	public void dispatch(KvEventType type, Collection<String> keys, Consumer<Consumer<KvEvent>> operation) {
		throw new UnsupportedOperationException("Expiries have happened already");
	}

}
