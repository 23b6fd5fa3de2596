package io.github.kvevents.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvHeaders;
import io.github.kvevents.core.OperationObserver.Operation;
import io.github.kvevents.hook.GuardChain;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.KvStore.StoreBatch;
import io.github.kvevents.store.KvStore.StoreDelete;
import io.github.kvevents.store.KvStore.StoreOutcome;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.support.DeferredInterrupt;

/**
 * Changes many keys, a chunk at a time: the locks that keep order per key are held for a
 * chunk and not for a whole batch. When some keys of a chunk fail, the events of the
 * others are published before the failure is thrown. An interrupt of a hook is held back
 * until the last chunk is done.
 */
final class BatchChanges {

	/**
	 * Enough to make the round trip cheap, few enough to hold other writers up briefly.
	 */
	static final int CHUNK = 512;

	private final KvStore store;

	private final GuardChain guards;

	private final KvEventDispatcher dispatcher;

	private final EventFactory events;

	private final OperationObserver observer;

	BatchChanges(KvStore store, GuardChain guards, KvEventDispatcher dispatcher, EventFactory events,
			OperationObserver observer) {
		this.store = store;
		this.guards = guards;
		this.dispatcher = dispatcher;
		this.events = events;
		this.observer = observer;
	}

	Map<String, KvSetResult> set(List<StoreWrite> writes) {
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			return setInChunks(writes);
		}
		finally {
			interrupts.close();
		}
	}

	private Map<String, KvSetResult> setInChunks(List<StoreWrite> writes) {
		writes.forEach((write) -> this.guards.check(KvEventType.BATCH_SET, write.key(), write.value()));
		Map<String, KvSetResult> results = new LinkedHashMap<>();
		String id = UUID.randomUUID().toString();
		for (int start = 0; start < writes.size(); start += CHUNK) {
			List<StoreWrite> chunk = writesOf(writes, id, start);
			this.dispatcher.dispatch(KvEventType.BATCH_SET, keysOf(chunk), (sink) -> {
				OperationObserver.Write observed = this.observer.write(Operation.BATCH_SET);
				StoreBatch<StoreOutcome> outcomes = observed.call(() -> this.store.setAll(chunk));
				for (int i = 0; i < chunk.size(); i++) {
					results.put(chunk.get(i).key(),
							passOn(chunk.get(i), outcomes.results().get(i), observed.headers(), sink));
				}
				throwFailure(outcomes);
			});
		}
		return results;
	}

	private KvSetResult passOn(StoreWrite write, StoreOutcome outcome, KvHeaders headers, Consumer<KvEvent> sink) {
		if (!outcome.applied()) {
			return KvSetResult.NOT_APPLIED;
		}
		KvEvent event = this.events.written(write, outcome, headers);
		sink.accept(event);
		return KvSetResult.of(event.getChange());
	}

	long delete(List<String> keys) {
		DeferredInterrupt.Scope interrupts = DeferredInterrupt.open();
		try {
			return deleteInChunks(keys);
		}
		finally {
			interrupts.close();
		}
	}

	private long deleteInChunks(List<String> keys) {
		keys.forEach((key) -> this.guards.check(KvEventType.BATCH_DELETE, key, null));
		LongAdder existed = new LongAdder();
		String id = UUID.randomUUID().toString();
		for (int start = 0; start < keys.size(); start += CHUNK) {
			List<StoreDelete> chunk = deletesOf(keys, id, start);
			this.dispatcher.dispatch(KvEventType.BATCH_DELETE, chunk.stream().map(StoreDelete::key).toList(),
					(sink) -> {
						OperationObserver.Write observed = this.observer.write(Operation.BATCH_DELETE);
						StoreBatch<StoreOutcome> outcomes = observed.call(() -> this.store.deleteAll(chunk));
						for (int i = 0; i < chunk.size(); i++) {
							StoreOutcome outcome = outcomes.results().get(i);
							if (outcome.applied()) {
								sink.accept(this.events.deleted(KvEventType.BATCH_DELETE, chunk.get(i), outcome,
										observed.headers()));
								existed.increment();
							}
						}
						throwFailure(outcomes);
					});
		}
		return existed.sum();
	}

	private static void throwFailure(StoreBatch<?> batch) {
		if (batch.failure() != null) {
			throw batch.failure();
		}
	}

	private static List<String> keysOf(List<StoreWrite> writes) {
		List<String> keys = new ArrayList<>(writes.size());
		writes.forEach((write) -> keys.add(write.key()));
		return keys;
	}

	private static List<StoreWrite> writesOf(List<StoreWrite> writes, String id, int start) {
		return chunk(writes, start, (write, index) -> write.in(new KvBatch(id, index, writes.size())));
	}

	private static List<StoreDelete> deletesOf(List<String> keys, String id, int start) {
		return chunk(keys, start, (key, index) -> new StoreDelete(key, new KvBatch(id, index, keys.size())));
	}

	private static <T, R> List<R> chunk(List<T> all, int start, BiFunction<T, Integer, R> element) {
		return IntStream.range(start, Math.min(start + CHUNK, all.size()))
			.mapToObj((index) -> element.apply(all.get(index), index))
			.toList();
	}

}
