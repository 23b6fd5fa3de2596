package io.github.kvevents.core;

import java.lang.reflect.Type;

import org.springframework.core.ParameterizedTypeReference;

import io.github.kvevents.KvCodec;

/**
 * The type of a value as its caller gave it: a class, or a declared type such as
 * {@code List<Shape>}. A value of a class is encoded by what it is, one of a declared
 * type by the declaration.
 *
 * @param <T> the type
 * @param type the type
 */
record ValueType<T>(Type type) {

	static <T> ValueType<T> of(Class<T> type) {
		return new ValueType<>(Arguments.notNull(type, "type"));
	}

	static <T> ValueType<T> of(ParameterizedTypeReference<T> type) {
		return new ValueType<>(Arguments.notNull(type, "type").getType());
	}

	byte[] encode(KvCodec codec, Object value) {
		return (this.type instanceof Class<?>) ? codec.encode(value) : codec.encode(value, this.type);
	}

	@SuppressWarnings("unchecked")
	T decode(KvCodec codec, byte[] value) {
		return (T) ((this.type instanceof Class<?> rawType) ? codec.decode(value, rawType)
				: codec.decode(value, this.type));
	}

}
