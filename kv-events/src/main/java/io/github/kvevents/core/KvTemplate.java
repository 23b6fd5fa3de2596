package io.github.kvevents.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEventType;
import io.github.kvevents.core.OperationObserver.Operation;
import io.github.kvevents.core.ValueCodec.ValueType;
import io.github.kvevents.store.KvStore;
import io.github.kvevents.store.StoreWrite;
import io.github.kvevents.watch.KvWatch;
import io.github.kvevents.watch.KvWatches;
import io.github.kvevents.watch.WatchOptions;

/**
 * The operations over a back end. The starter makes a bean of it; make one by hand with
 * {@link #builder(KvStore, KvCodec)}.
 */
public class KvTemplate implements KvOperations {

	private final KvStore store;

	private final Arguments arguments;

	private final ValueCodec codec;

	private final OperationObserver observer;

	private final Changes changes;

	private final BatchChanges batchChanges;

	private final Updates updates;

	private final KvWatches watches;

	KvTemplate(KvTemplateBuilder builder) {
		this.store = builder.store;
		this.arguments = new Arguments(builder.maxKeyLength, builder.maxValueSize);
		this.codec = new ValueCodec(builder.codec, this.arguments);
		this.observer = new OperationObserver(builder.observationRegistry, this.store, builder.headers);
		EventFactory events = new EventFactory(this, builder.codec, builder.origin, builder.clock);
		this.changes = new Changes(this.store, builder.guards, builder.dispatcher, events, this.observer);
		this.batchChanges = new BatchChanges(this.store, builder.guards, builder.dispatcher, events, this.observer);
		this.updates = new Updates(this.store, this.codec, this.changes, this.observer);
		this.watches = (builder.watches != null) ? builder.watches
				: new KvWatches(this.store, builder.dispatcher, builder.codec, builder.origin, builder.clock);
	}

	/**
	 * Starts a template.
	 * @param store where the keys are
	 * @param codec turns values into bytes and back
	 * @return a builder
	 */
	public static KvTemplateBuilder builder(KvStore store, KvCodec codec) {
		return new KvTemplateBuilder(store, codec);
	}

	@Override
	public KvSetResult set(String key, Object value) {
		return set(key, value, SetOptions.defaults());
	}

	@Override
	public KvSetResult set(String key, Object value, Duration timeToLive) {
		return set(key, value, SetOptions.defaults().timeToLive(timeToLive));
	}

	@Override
	public KvSetResult set(String key, Object value, SetOptions options) {
		this.arguments.write(key, value, options);
		return this.changes.set(options.toWrite(key, this.codec.encode(key, value)));
	}

	@Override
	public <T> KvSetResult set(String key, T value, ParameterizedTypeReference<T> type, SetOptions options) {
		return set(key, value, ValueType.of(type), options);
	}

	<T> KvSetResult set(String key, T value, ValueType<T> type, SetOptions options) {
		this.arguments.write(key, value, options);
		return this.changes.set(options.toWrite(key, this.codec.encode(key, value, type)));
	}

	@Override
	public KvSetResult setRaw(String key, byte[] value) {
		return setRaw(key, value, SetOptions.defaults());
	}

	@Override
	public KvSetResult setRaw(String key, byte[] value, SetOptions options) {
		this.arguments.write(key, value, options);
		byte[] encoded = this.arguments.encoded("value", key, value.clone());
		return this.changes.set(options.toWrite(key, encoded).as(KvEventType.SET_RAW));
	}

	@Override
	public <T> Optional<T> get(String key, Class<T> type) {
		return get(key, ValueType.of(type));
	}

	@Override
	public <T> Optional<T> get(String key, ParameterizedTypeReference<T> type) {
		return get(key, ValueType.of(type));
	}

	<T> Optional<T> get(String key, ValueType<T> type) {
		byte[] value = read(key);
		return (value != null) ? Optional.of(this.codec.decodeStored(key, value, type)) : Optional.empty();
	}

	@Override
	public Optional<byte[]> getRaw(String key) {
		byte[] value = read(key);
		return (value != null) ? Optional.of(value.clone()) : Optional.empty();
	}

	private byte @Nullable [] read(String key) {
		this.arguments.key(key);
		return this.observer.isNoop() ? this.store.get(key)
				: this.observer.observe(Operation.GET, () -> this.store.get(key));
	}

	@Override
	public boolean delete(String key) {
		return this.changes.delete(this.arguments.key(key)).isPresent();
	}

	<T> Optional<T> deleteAndGet(String key, ValueType<T> type) {
		return this.changes.delete(this.arguments.key(key))
			.map((lastValue) -> this.codec.decodeStored(key, lastValue, type));
	}

	@Override
	public boolean hasKey(String key) {
		this.arguments.key(key);
		return this.observer.observe(Operation.EXISTS, () -> this.store.exists(key));
	}

	@Override
	public Optional<Duration> getTimeToLive(String key) {
		this.arguments.key(key);
		return Optional
			.ofNullable(this.observer.observe(Operation.GET_TIME_TO_LIVE, () -> this.store.getTimeToLive(key)));
	}

	@Override
	public boolean expire(String key, Duration timeToLive) {
		this.arguments.key(key);
		Arguments.timeToLive(timeToLive);
		return this.observer.write(Operation.EXPIRE).call(() -> this.store.expire(key, timeToLive));
	}

	@Override
	public boolean persist(String key) {
		this.arguments.key(key);
		return this.observer.observe(Operation.PERSIST, () -> this.store.persist(key));
	}

	@Override
	public Stream<String> keys(String prefix) {
		return this.store.keys(this.arguments.prefix(prefix));
	}

	@Override
	public Map<String, KvSetResult> batchSet(Map<String, ?> entries) {
		return batchSet(entries, SetOptions.defaults());
	}

	@Override
	public Map<String, KvSetResult> batchSet(Map<String, ?> entries, SetOptions options) {
		Arguments.notNull(entries, "entries");
		Arguments.options(options);
		List<StoreWrite> writes = new ArrayList<>(entries.size());
		entries.forEach((key, value) -> {
			this.arguments.key(key);
			Arguments.value(key, value);
			writes.add(options.toWrite(key, this.codec.encode(key, value)));
		});
		return this.batchChanges.set(writes);
	}

	@Override
	public <T> Map<String, T> batchGet(Collection<String> keys, Class<T> type) {
		this.arguments.keys(keys);
		return batchGet(keys, ValueType.of(type));
	}

	<T> Map<String, T> batchGet(Collection<String> keys, ValueType<T> type) {
		if (keys.isEmpty()) {
			return new LinkedHashMap<>();
		}
		return this.codec.decode(keys, this.observer.observe(Operation.BATCH_GET, () -> this.store.getAll(keys)), type);
	}

	@Override
	public long batchDelete(Collection<String> keys) {
		this.arguments.keys(keys);
		return this.batchChanges.delete(List.copyOf(keys));
	}

	@Override
	public boolean compareAndSet(String key, Object expected, Object value) {
		this.arguments.key(key);
		Arguments.notNull(expected, "expected");
		Arguments.notNull(value, "value");
		return this.changes.compareAndSet(key, this.codec.encode("expected", key, expected),
				this.codec.encode(key, value));
	}

	@Override
	public <T> KvSetResult update(String key, Class<T> type, UnaryOperator<@Nullable T> change) {
		this.arguments.key(key);
		return update(key, ValueType.of(type), change);
	}

	<T> KvSetResult update(String key, ValueType<T> type, UnaryOperator<@Nullable T> change) {
		this.arguments.key(key);
		Arguments.notNull(change, "change");
		return this.updates.update(key, type, change);
	}

	@Override
	public <T> KvCollection<T> collection(String name, Class<T> type) {
		return collection(name, ValueType.of(type));
	}

	@Override
	public <T> KvCollection<T> collection(String name, ParameterizedTypeReference<T> type) {
		return collection(name, ValueType.of(type));
	}

	private <T> KvCollection<T> collection(String name, ValueType<T> type) {
		Assert.hasText(name, () -> "'name' must not be empty but was '" + name + "'");
		return new TemplateCollection<>(this, this.arguments.key(name), type);
	}

	@Override
	public KvWatch watch(WatchOptions options) {
		return this.watches.open(options);
	}

}
