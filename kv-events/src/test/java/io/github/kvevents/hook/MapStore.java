package io.github.kvevents.hook;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;

import io.github.kvevents.KvBatch;
import io.github.kvevents.KvCodec;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventBuilder;
import io.github.kvevents.KvEventType;

/**
 * The smallest store that asks guards and dispatches events.
 */
public class MapStore {

	public static final KvCodec CODEC = new JsonCodec();

	private final Map<String, byte[]> values = new ConcurrentHashMap<>();

	private final HookEngine engine;

	public MapStore(HookEngine engine) {
		this.engine = engine;
	}

	public void set(String key, Object value) {
		byte[] bytes = CODEC.encode(value);
		this.engine.getGuards().check(KvEventType.SET, key, bytes);
		this.engine.getDispatcher().dispatch(KvEventType.SET, key, (events) -> {
			byte @Nullable [] previous = this.values.put(key, bytes);
			// another writer may overtake here, as it may while a reply is on its way
			LockSupport.parkNanos(1);
			events.accept(event(key).value(bytes).previousValue(previous).set(KvEventType.SET));
		});
	}

	void setAll(Map<String, ?> entries) {
		List<String> keys = new ArrayList<>(entries.keySet());
		this.engine.getDispatcher().dispatch(KvEventType.BATCH_SET, keys, (events) -> {
			for (String key : keys) {
				byte[] bytes = CODEC.encode(Objects.requireNonNull(entries.get(key)));
				byte @Nullable [] previous = this.values.put(key, bytes);
				events.accept(event(key).value(bytes)
					.previousValue(previous)
					.batch(new KvBatch("b", keys.indexOf(key), keys.size()))
					.set(KvEventType.BATCH_SET));
			}
		});
	}

	public void delete(String key) {
		this.engine.getGuards().check(KvEventType.DELETE, key, null);
		this.engine.getDispatcher().dispatch(KvEventType.DELETE, key, (events) -> {
			byte @Nullable [] previous = this.values.remove(key);
			if (previous != null) {
				events.accept(event(key).previousValue(previous).delete(KvEventType.DELETE));
			}
		});
	}

	public <T> @Nullable T get(String key, Class<T> type) {
		byte @Nullable [] bytes = this.values.get(key);
		return (bytes != null) ? CODEC.decode(bytes, type) : null;
	}

	public static KvEventBuilder event(String key) {
		return KvEventBuilder.forKey("test", key, CODEC);
	}

	static KvEvent setEvent(String key, Object value) {
		return event(key).value(CODEC.encode(value)).set(KvEventType.SET);
	}

	private static final class JsonCodec implements KvCodec {

		private final JsonMapper mapper = JsonMapper.builder().build();

		@Override
		public byte[] encode(Object value) {
			return this.mapper.writeValueAsBytes(value);
		}

		@Override
		public <T> T decode(byte[] value, Class<T> type) {
			return this.mapper.readValue(value, type);
		}

		@Override
		public Object decode(byte[] value, Type type) {
			JavaType javaType = this.mapper.constructType(type);
			return this.mapper.readValue(value, javaType);
		}

	}

}
