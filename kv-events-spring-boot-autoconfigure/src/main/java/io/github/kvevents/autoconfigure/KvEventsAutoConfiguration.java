package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for kv-events. Each bean backs off
 * if the application declares its own.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@Conditional(KvEventsAutoConfiguration.OnEnabledCondition.class)
@EnableConfigurationProperties(KvEventsProperties.class)
@Import({ CodecConfiguration.class, HookConfiguration.class, HeaderConfiguration.class, RedisStoreConfiguration.class,
		MemoryStoreConfiguration.class, MissingStoreConfiguration.class, ChangeLogConfiguration.class,
		ListenerConfiguration.class, TemplateConfiguration.class, ExpiryConfiguration.class,
		EventLogConfiguration.class, DoctorConfiguration.class })
public final class KvEventsAutoConfiguration {

	/**
	 * Whether kv-events is enabled. A blank value does not disable it silently: binding
	 * refuses it, with its origin.
	 */
	static class OnEnabledCondition extends SpringBootCondition {

		private static final String PROPERTY = "kv.events.enabled";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Environment environment = context.getEnvironment();
			String value = environment.getProperty(PROPERTY, "true");
			boolean enabled = !StringUtils.hasText(value) || environment.getProperty(PROPERTY, Boolean.class, true);
			return new ConditionOutcome(enabled,
					ConditionMessage.forCondition("kv-events").because("'%s' is '%s'".formatted(PROPERTY, value)));
		}

	}

}
