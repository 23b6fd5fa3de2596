package io.github.kvevents.autoconfigure;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

import io.github.kvevents.KvCodec;

/**
 * The application's codec, looked up when it is first used, so that a codec may itself
 * use the template.
 */
final class LazyCodec implements KvCodec {

	private final ObjectProvider<KvCodec> provider;

	private volatile @Nullable KvCodec codec;

	private LazyCodec(ObjectProvider<KvCodec> provider) {
		this.provider = provider;
	}

	static KvCodec of(ObjectProvider<KvCodec> provider) {
		return new LazyCodec(provider);
	}

	@Override
	public byte[] encode(Object value) {
		return codec().encode(value);
	}

	@Override
	public byte[] encode(Object value, Type type) {
		return codec().encode(value, type);
	}

	@Override
	public <T> T decode(byte[] value, Class<T> type) {
		return codec().decode(value, type);
	}

	@Override
	public Object decode(byte[] value, Type type) {
		return codec().decode(value, type);
	}

	private KvCodec codec() {
		KvCodec codec = this.codec;
		if (codec == null) {
			codec = this.provider.getObject();
			this.codec = codec;
		}
		return codec;
	}

}
