package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.kvevents.expiry.LatenessRecorder;

/**
 * How late expiries are, for the actuator and the meters.
 */
@Configuration(proxyBeanMethods = false)
class LatenessConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LatenessRecorder kvLatenessRecorder() {
		return new LatenessRecorder();
	}

}
