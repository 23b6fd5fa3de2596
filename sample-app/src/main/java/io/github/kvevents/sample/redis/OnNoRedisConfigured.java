package io.github.kvevents.sample.redis;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;

/**
 * Matches where neither a host nor a URL of a Redis is configured.
 */
class OnNoRedisConfigured extends NoneNestedConditions {

	OnNoRedisConfigured() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@ConditionalOnProperty("spring.data.redis.host")
	static class HostConfigured {

	}

	@ConditionalOnProperty("spring.data.redis.url")
	static class UrlConfigured {

	}

}
