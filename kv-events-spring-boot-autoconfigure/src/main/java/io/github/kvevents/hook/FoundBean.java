package io.github.kvevents.hook;

import java.lang.reflect.Method;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;

/**
 * A bean with annotated methods.
 *
 * @param <D> what is known of an annotated method
 */
final class FoundBean<D> {

	private final Object bean;

	private final String beanName;

	private final Class<?> targetClass;

	private final Map<Method, D> methods;

	private volatile @Nullable Runnable removal;

	FoundBean(Object bean, String beanName, Class<?> targetClass, Map<Method, D> methods) {
		this.bean = bean;
		this.beanName = beanName;
		this.targetClass = targetClass;
		this.methods = methods;
	}

	/**
	 * The bean itself also where it is wrapped: it is destroyed without its proxy.
	 */
	static Object identity(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? identity(target) : bean;
	}

	Object bean() {
		return this.bean;
	}

	String beanName() {
		return this.beanName;
	}

	Class<?> targetClass() {
		return this.targetClass;
	}

	Map<Method, D> methods() {
		return this.methods;
	}

	void onRemoval(Runnable removal) {
		this.removal = removal;
	}

	/**
	 * Removes what was registered for the bean, if that was done already.
	 */
	void remove() {
		Runnable registered = this.removal;
		if (registered != null) {
			registered.run();
		}
	}

}
