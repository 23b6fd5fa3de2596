package io.github.kvevents.hook;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;

/**
 * The place of one annotation that is read: for its placeholders and for what can be
 * wrong with it.
 */
record DefinitionSite(String beanName, Method method, Class<? extends Annotation> annotation,
		ConfigurableBeanFactory beanFactory) {

	/**
	 * Replaces {@code ${...}}.
	 */
	String resolve(String attribute, String value) {
		try {
			String resolved = this.beanFactory.resolveEmbeddedValue(value);
			return (resolved != null) ? resolved : "";
		}
		catch (IllegalArgumentException ex) {
			throw error(attribute, "'" + value + "' has a placeholder that can't be resolved",
					"Set the property, or give the placeholder a default: '${name:default}'", ex);
		}
	}

	KvHookDefinitionException error(String attribute, String description, String action) {
		return error(attribute, description, action, null);
	}

	KvHookDefinitionException error(String attribute, String description, String action, @Nullable Throwable cause) {
		return new KvHookDefinitionException(this.beanName, this.method,
				"@" + this.annotation.getSimpleName() + "(" + attribute + ")", description, action, cause);
	}

	/**
	 * Something of the method itself is wrong.
	 */
	KvHookDefinitionException signatureError(String part, String description, String action) {
		return new KvHookDefinitionException(this.beanName, this.method, part, description, action, null);
	}

}
