package io.github.kvevents.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if {@code kv.events.store} is this back end, or if it is not set and this is
 * the default.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnStore.OnStoreCondition.class)
@interface ConditionalOnStore {

	/**
	 * The back end.
	 * @return the back end
	 */
	StoreType value();

	/**
	 * Compares the configured back end. A blank value counts as not set, as in binding,
	 * which refuses any other value that is no back end.
	 */
	class OnStoreCondition extends SpringBootCondition {

		private static final String PROPERTY = "kv.events.store";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			StoreType store = metadata.getAnnotations().get(ConditionalOnStore.class).getEnum("value", StoreType.class);
			ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnStore.class, store);
			String value = context.getEnvironment().getProperty(PROPERTY, "");
			return new ConditionOutcome(isStore(context.getEnvironment(), store),
					message.because("'%s' is '%s'".formatted(PROPERTY, value)));
		}

		static boolean isStore(Environment environment, StoreType store) {
			String value = environment.getProperty(PROPERTY, "");
			return StringUtils.hasText(value) ? store.name().equalsIgnoreCase(value.trim()) : store == StoreType.REDIS;
		}

	}

}
