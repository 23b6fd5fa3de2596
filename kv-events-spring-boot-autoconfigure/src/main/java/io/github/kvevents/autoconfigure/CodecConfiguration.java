package io.github.kvevents.autoconfigure;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.KvCodec;
import io.github.kvevents.core.JsonKvCodec;
import io.github.kvevents.core.PlainKvCodec;

/**
 * The codec: JSON by the application's own mapper; where Jackson is missing, strings and
 * bytes only.
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

}
