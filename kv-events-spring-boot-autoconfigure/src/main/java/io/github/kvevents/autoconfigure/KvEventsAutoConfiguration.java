package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for kv-events. Each bean backs off
 * if the application declares its own.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnSwitch(value = "kv.events.enabled", matchIfMissing = true)
@EnableConfigurationProperties(KvEventsProperties.class)
@Import({ CodecConfiguration.class, HookConfiguration.class, HeaderConfiguration.class, RedisStoreConfiguration.class,
		MemoryStoreConfiguration.class, MissingStoreConfiguration.class, ChangeLogConfiguration.class,
		ListenerConfiguration.class, TemplateConfiguration.class, ExpiryConfiguration.class,
		EventLogConfiguration.class, DoctorConfiguration.class })
public final class KvEventsAutoConfiguration {

}
