package io.github.kvevents.core;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;

/**
 * The codec as the template uses it: whatever it throws names the key and the type, and
 * what it encodes is no larger than a value may be.
 */
final class ValueCodec {

	private final KvCodec codec;

	private final Arguments arguments;

	/**
	 * Whether what it decodes shares nothing with the bytes, but for bytes themselves.
	 * Not known before it is used: the application's codec may need the template itself.
	 */
	private volatile @Nullable Boolean copying;

	ValueCodec(KvCodec codec, Arguments arguments) {
		this.codec = codec;
		this.arguments = arguments;
	}

	private boolean isCopying() {
		Boolean copying = this.copying;
		if (copying == null) {
			// not where advice of the application may do something with the bytes
			Class<?> type = (this.codec instanceof DecoratingProxy proxy && !(this.codec instanceof SpringProxy))
					? proxy.getDecoratedClass() : this.codec.getClass();
			copying = type == JsonKvCodec.class || type == PlainKvCodec.class;
			this.copying = copying;
		}
		return copying;
	}

	byte[] encode(String key, Object value) {
		return encode("value", key, value);
	}

	byte[] encode(String argument, String key, Object value) {
		return encode(argument, key, value, new ValueType<>(value.getClass()));
	}

	byte[] encode(String key, Object value, ValueType<?> type) {
		return encode("value", key, value, type);
	}

	private byte[] encode(String argument, String key, Object value, ValueType<?> type) {
		byte[] encoded;
		try {
			encoded = type.encode(this.codec, value);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.encoding(key, type.type(), ex);
		}
		return this.arguments.encoded(argument, key, encoded);
	}

	<T> T decode(String key, byte[] value, Class<T> type) {
		return decode(key, value, ValueType.of(type));
	}

	<T> T decode(String key, byte[] value, ValueType<T> type) {
		try {
			return type.decode(this.codec, value);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(key, type.type(), ex);
		}
	}

	/**
	 * Decodes bytes that belong to the store, which must not be changed.
	 */
	<T> T decodeStored(String key, byte[] value, ValueType<T> type) {
		try {
			boolean copies = isCopying() && type.type() != byte[].class;
			return type.decode(this.codec, copies ? value : value.clone());
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(key, type.type(), ex);
		}
	}

	/**
	 * Decodes the values of some keys, in the order of the keys. Those that are absent
	 * are left out.
	 */
	<T> Map<String, T> decode(Collection<String> keys, List<Optional<byte[]>> values, ValueType<T> type) {
		// sized, since a large map grows many times otherwise
		Map<String, T> decoded = new LinkedHashMap<>(keys.size() * 4 / 3 + 1);
		int index = 0;
		for (String key : keys) {
			byte @Nullable [] value = values.get(index++).orElse(null);
			if (value != null) {
				decoded.put(key, decodeStored(key, value, type));
			}
		}
		return decoded;
	}

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
			return returned((this.type instanceof Class<?>) ? codec.encode(value) : codec.encode(value, this.type));
		}

		@SuppressWarnings("unchecked")
		T decode(KvCodec codec, byte[] value) {
			return (T) returned((this.type instanceof Class<?> rawType) ? codec.decode(value, rawType)
					: codec.decode(value, this.type));
		}

		private static <R> R returned(R result) {
			Assert.state(result != null, "The codec returned null");
			return result;
		}

	}

}
