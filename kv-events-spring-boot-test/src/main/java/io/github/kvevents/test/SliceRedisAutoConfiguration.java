package io.github.kvevents.test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.annotation.Import;

import io.github.kvevents.autoconfigure.KvEventsAutoConfiguration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} of the connection for a
 * {@link KvEventsTest @KvEventsTest} that keeps its keys in Redis. In memory there is
 * none, so that nothing of the driver is started.
 */
@AutoConfiguration(before = KvEventsAutoConfiguration.class)
@ConditionalOnClass(DataRedisAutoConfiguration.class)
@ConditionalOnProperty(name = "kv.events.store", havingValue = "redis", matchIfMissing = true)
@Import(DataRedisAutoConfiguration.class)
public final class SliceRedisAutoConfiguration {

}
