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

	<T> T decode(String key, byte[] value, Class<T> type) {
		try {
			return this.codec.decode(value, type);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(key, type, ex);
		}
	}

}
