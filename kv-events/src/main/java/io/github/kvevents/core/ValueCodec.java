package io.github.kvevents.core;

import io.github.kvevents.KvCodec;
import io.github.kvevents.KvCodecException;

/**
 * The codec as the template uses it: whatever it throws names the key and the type.
 */
final class ValueCodec {

	private final KvCodec codec;

	ValueCodec(KvCodec codec) {
		this.codec = codec;
	}

	byte[] encode(String key, Object value) {
		try {
			return this.codec.encode(value);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.encoding(key, value.getClass(), ex);
		}
	}

	byte[] encode(String key, Object value, ValueType<?> type) {
		try {
			return type.encode(this.codec, value);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.encoding(key, type.type(), ex);
		}
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

}
