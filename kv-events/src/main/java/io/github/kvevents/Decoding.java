package io.github.kvevents;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * Decodes the values of events. The codec gets a copy of the bytes, so that it can't
 * change the event.
 */
final class Decoding {

	private Decoding() {
	}

	static <T> T decode(@Nullable KvCodec codec, String key, byte[] value, Class<T> type) {
		KvCodec decoder = required(codec, key, type);
		try {
			return decoder.decode(value.clone(), type);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(key, type, ex);
		}
	}

	static Object decode(@Nullable KvCodec codec, String key, byte[] value, Type type) {
		KvCodec decoder = required(codec, key, type);
		try {
			return decoder.decode(value.clone(), type);
		}
		catch (RuntimeException ex) {
			throw KvCodecException.decoding(key, type, ex);
		}
	}

	private static KvCodec required(@Nullable KvCodec codec, String key, Type type) {
		if (codec == null) {
			throw KvCodecException.decoding(key, type,
					new IllegalStateException("A deserialized event has no codec: read its bytes"));
		}
		return codec;
	}

}
