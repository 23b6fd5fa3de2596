package io.github.kvevents.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

import io.github.kvevents.EventSelector;
import io.github.kvevents.hook.KvHookDefinitionException;

/**
 * Where one annotation is declared: resolves its placeholders and reports its faults. For
 * our packages.
 *
 * @param beanName the bean
 * @param method the method that is annotated
 * @param annotation the annotation
 * @param beanFactory resolves placeholders and the names of beans
 */
public record DefinitionSite(String beanName, Method method, Class<? extends Annotation> annotation,
		ConfigurableBeanFactory beanFactory) {

	private static final Log logger = LogFactory.getLog(DefinitionSite.class);

	/**
	 * Replaces {@code ${...}}.
	 * @param attribute the attribute of the annotation
	 * @param value its value
	 * @return the value without placeholders
	 */
	public String resolve(String attribute, String value) {
		try {
			String resolved = this.beanFactory.resolveEmbeddedValue(value);
			if (resolved != null && resolved.contains("#{")) {
				warn(attribute, "'" + resolved + "' is taken as it stands",
						"Expressions '#{...}' aren't evaluated: use a placeholder '${...}' or a 'filter' bean");
			}
			return (resolved != null) ? resolved : "";
		}
		catch (IllegalArgumentException ex) {
			throw error(attribute, "'" + value + "' has a placeholder that can't be resolved",
					"Set the property, or give the placeholder a default: '${name:default}'", ex);
		}
	}

	/**
	 * Reads a duration that must be more than zero.
	 * @param attribute the attribute of the annotation
	 * @param value its value, which may have placeholders
	 * @return the duration
	 */
	public Duration duration(String attribute, String value) {
		String text = resolve(attribute, value);
		Duration duration;
		try {
			duration = DurationFormatterUtils.detectAndParse(text.trim());
		}
		catch (IllegalArgumentException ex) {
			throw error(attribute, "'" + text + "' is not a duration", "Write for example '2s', '500ms' or 'PT2S'", ex);
		}
		if (duration.isZero() || duration.isNegative()) {
			throw error(attribute, "'" + text + "' is not more than zero", "Set one that is, or none");
		}
		return duration;
	}

	/**
	 * Something of the annotation is wrong.
	 * @param attribute the attribute
	 * @param description what is wrong, with the bad value
	 * @param action what to do about it
	 * @return the exception to throw
	 */
	public KvHookDefinitionException error(String attribute, String description, String action) {
		return error(attribute, description, action, null);
	}

	/**
	 * Something of the annotation is wrong.
	 * @param attribute the attribute
	 * @param description what is wrong, with the bad value
	 * @param action what to do about it
	 * @param cause what was thrown
	 * @return the exception to throw
	 */
	public KvHookDefinitionException error(String attribute, String description, String action,
			@Nullable Throwable cause) {
		return new KvHookDefinitionException(this.beanName, this.method,
				"@" + this.annotation.getSimpleName() + "(" + attribute + ")", description, action, cause);
	}

	/**
	 * Refuses a selection for which the change log never has an entry.
	 * @param selector selects the events
	 * @throws KvHookDefinitionException if there can be no entry
	 */
	public void requireLogged(EventSelector selector) {
		if (!selector.canSelectLogged()) {
			throw error("changes", selector.describeNeverLogged(), selector.describeWayOut());
		}
	}

	/**
	 * Something is probably not what was meant. Only for a bean that is made once: a
	 * prototype would say it again and again.
	 */
	void warn(String attribute, String description, String action) {
		if (!this.beanFactory.containsBean(this.beanName) || this.beanFactory.isSingleton(this.beanName)) {
			logger.warn(error(attribute, description, action).getMessage());
		}
	}

	/**
	 * Something of the method itself is wrong.
	 */
	KvHookDefinitionException signatureError(String part, String description, String action) {
		return new KvHookDefinitionException(this.beanName, this.method, part, description, action, null);
	}

}
