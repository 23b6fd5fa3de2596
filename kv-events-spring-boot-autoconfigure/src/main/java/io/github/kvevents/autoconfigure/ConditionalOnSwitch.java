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
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if a property is {@code true} as binding understands it: {@code on},
 * {@code yes} and {@code 1} as well. A bean that were there by the one and not by the
 * other would be missing silently.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnSwitch.OnSwitchCondition.class)
@interface ConditionalOnSwitch {

	/**
	 * The name of the property.
	 * @return the name
	 */
	String value();

	/**
	 * Whether it is on where it is not set.
	 * @return whether it is
	 */
	boolean matchIfMissing() default false;

	/**
	 * Converts the property.
	 */
	class OnSwitchCondition extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			MergedAnnotation<ConditionalOnSwitch> annotation = metadata.getAnnotations().get(ConditionalOnSwitch.class);
			String name = annotation.getString("value");
			Environment environment = context.getEnvironment();
			return new ConditionOutcome(isOn(environment, name, annotation.getBoolean("matchIfMissing")),
					ConditionMessage.forCondition(ConditionalOnSwitch.class)
						.because("'%s' is '%s'".formatted(name, environment.getProperty(name, ""))));
		}

		/**
		 * Whether a property is on. One that is neither on nor off counts as on: binding
		 * refuses it, with its origin.
		 */
		static boolean isOn(Environment environment, String name, boolean ifMissing) {
			String value = environment.getProperty(name);
			if (value == null) {
				return ifMissing;
			}
			try {
				return !StringUtils.hasText(value) || environment.getRequiredProperty(name, Boolean.class);
			}
			catch (ConversionException ex) {
				return true;
			}
		}

	}

}
