package io.github.kvevents.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventDispatcher;
import io.github.kvevents.KvEventType;
import io.github.kvevents.hook.KvGuards;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.StoreBatch;
import io.github.kvevents.store.StoreOutcome;
import io.github.kvevents.store.StoreWrite;

/**
 * Changes many keys, a chunk at a time: the locks that keep order per key are held for a
 * chunk and not for a whole batch. When some keys of a chunk fail, the events of the
 * others are passed before the failure is thrown.
 */
final class BatchChanges {

	/**
	 * Enough to make the round trip cheap, few enough to hold other writers up briefly.
	 */
	static final int CHUNK = 256;

	private final KvStore store;

	private final KvGuards guards;

	private final KvEventDispatcher dispatcher;

	private final EventFactory events;

	private final OperationObserver observer;

	BatchChanges(KvStore store, KvGuards guards, KvEventDispatcher dispatcher, EventFactory events,
			OperationObserver observer) {
		this.store = store;
		this.guards = guards;
		this.dispatcher = dispatcher;
		this.events = events;
		this.observer = observer;
	}

	Map<String, KvSetResult> set(List<StoreWrite> writes) {
		writes.forEach((write) -> this.guards.check(KvEventType.BATCH_SET, write.key(), write.value()));
		Map<String, KvSetResult> results = new LinkedHashMap<>();
		String id = UUID.randomUUID().toString();
		for (int start = 0; start < writes.size(); start += CHUNK) {
			List<StoreWrite> chunk = chunk(writes, start);
			int offset = start;
			this.dispatcher.dispatch(KvEventType.BATCH_SET, keysOf(chunk), (sink) -> {
				StoreBatch<StoreOutcome> outcomes = this.observer.observe(Operation.BATCH_SET,
						() -> this.store.setAll(chunk));
				for (int i = 0; i < chunk.size(); i++) {
					KvBatch batch = new KvBatch(id, offset + i, writes.size());
					results.put(chunk.get(i).key(), passOn(chunk.get(i), outcomes.results().get(i), batch, sink));
				}
				throwFailure(outcomes);
			});
		}
		return results;
	}

	private KvSetResult passOn(StoreWrite write, StoreOutcome outcome, KvBatch batch, Consumer<KvEvent> sink) {
		if (!outcome.applied()) {
			return KvSetResult.NOT_APPLIED;
		}
		KvEvent event = this.events.written(KvEventType.BATCH_SET, write.key(), outcome.previousValue(), write.value(),
				batch);
		sink.accept(event);
		return KvSetResult.of(event.getChange());
	}

	long delete(List<String> keys) {
		keys.forEach((key) -> this.guards.check(KvEventType.BATCH_DELETE, key, null));
		LongAdder existed = new LongAdder();
		String id = UUID.randomUUID().toString();
		for (int start = 0; start < keys.size(); start += CHUNK) {
			List<String> chunk = chunk(keys, start);
			int offset = start;
			this.dispatcher.dispatch(KvEventType.BATCH_DELETE, chunk, (sink) -> {
				StoreBatch<Optional<byte[]>> lastValues = this.observer.observe(Operation.BATCH_DELETE,
						() -> this.store.deleteAll(chunk));
				for (int i = 0; i < chunk.size(); i++) {
					String key = chunk.get(i);
					KvBatch batch = new KvBatch(id, offset + i, keys.size());
					lastValues.results().get(i).ifPresent((lastValue) -> {
						sink.accept(this.events.deleted(KvEventType.BATCH_DELETE, key, lastValue, batch));
						existed.increment();
					});
				}
				throwFailure(lastValues);
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

	private static <T> List<T> chunk(List<T> all, int start) {
		return all.subList(start, Math.min(start + CHUNK, all.size()));
	}

}
