package io.github.kvevents.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Whether kv-events is switched on. A value without text doesn't switch it off in
 * silence: binding refuses it, with its origin.
 */
class OnEnabledCondition extends SpringBootCondition {

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
