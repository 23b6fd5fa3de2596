package io.github.kvevents.hook;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.kvevents.KvException;

/**
 * A {@link KvHook}, a {@link KvGuard} or a listener can't work the way it is declared.
 * Names the bean, the method and the attribute, and the way out, for a failure analysis.
 */
public class KvHookDefinitionException extends KvException {

	private static final long serialVersionUID = 1L;

	private final String beanName;

	private final String method;

	private final String attribute;

	private final String description;

	private final String action;

	/**
	 * Creates an exception.
	 * @param beanName the bean
	 * @param method the method that is annotated
	 * @param attribute the annotation and its attribute, for example
	 * {@code @KvHook(regex)}, or what else of the method is wrong
	 * @param description what is wrong, with the bad value
	 * @param action what to do about it
	 * @param cause what was thrown, if something was
	 */
	public KvHookDefinitionException(String beanName, Method method, String attribute, String description,
			String action, @Nullable Throwable cause) {
		super("Bean '" + beanName + "', method '" + describe(method) + "', " + attribute + ": " + description + ". "
				+ action, cause);
		this.beanName = beanName;
		this.method = describe(method);
		this.attribute = attribute;
		this.description = description;
		this.action = action;
	}

	/**
	 * The bean that declares the hook.
	 * @return the bean's name
	 */
	public String getBeanName() {
		return this.beanName;
	}

	/**
	 * The annotated method.
	 * @return class, name and parameter types
	 */
	public String getMethod() {
		return this.method;
	}

	/**
	 * What of the declaration is wrong.
	 * @return the annotation and its attribute, or a part of the method's signature
	 */
	public String getAttribute() {
		return this.attribute;
	}

	/**
	 * What is wrong, with the bad value.
	 * @return a sentence without its full stop
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * What to do about it.
	 * @return a sentence without its full stop
	 */
	public String getAction() {
		return this.action;
	}

	private static String describe(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", method.getDeclaringClass().getSimpleName() + "." + method.getName() + "(",
					")"));
	}

}
