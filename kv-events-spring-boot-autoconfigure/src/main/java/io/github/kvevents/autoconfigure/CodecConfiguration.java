package io.github.kvevents.autoconfigure;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.DecoratingProxy;

import io.github.kvevents.KvCodec;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.PlainKvCodec;

/**
 * The codec: JSON by the application's own mapper; without Jackson, strings and bytes
 * only.
 */
@Configuration(proxyBeanMethods = false)
class CodecConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JsonMapper.class)
	@ConditionalOnMissingBean(KvCodec.class)
	static class JsonConfiguration {

		@Bean
		KvCodec kvCodec(ObjectProvider<JsonMapper> mapper) {
			return new JsonKvCodec(mapper.getIfAvailable(JsonMapper::shared));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("tools.jackson.databind.json.JsonMapper")
	@ConditionalOnMissingBean(KvCodec.class)
	static class PlainConfiguration {

		@Bean
		KvCodec kvCodec() {
			return new PlainKvCodec();
		}

	}

	/**
	 * The application's codec, looked up when it is first used, so that a codec may
	 * itself use the template.
	 */
	static final class LazyCodec implements KvCodec, DecoratingProxy {

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

		/**
		 * Which codec it is: what the default ones decode shares nothing with the bytes.
		 */
		@Override
		public Class<?> getDecoratedClass() {
			return codec().getClass();
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

}
