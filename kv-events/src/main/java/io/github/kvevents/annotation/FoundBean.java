package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;

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

	private @Nullable Runnable removal;

	private boolean removed;

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
		if (isProxyFactory(bean)) {
			return bean;
		}
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? identity(target) : bean;
	}

	/**
	 * The class of a bean without its proxy. What makes proxies knows the target too, but
	 * is another bean.
	 */
	static Class<?> targetClass(Object bean) {
		return isProxyFactory(bean) ? bean.getClass() : AopProxyUtils.ultimateTargetClass(bean);
	}

	private static boolean isProxyFactory(Object bean) {
		return bean instanceof Advised && !AopUtils.isAopProxy(bean);
	}

	/**
	 * Whether the bean is known as it is without its proxy, and this is the proxy.
	 */
	boolean isProxyOf(FoundBean<D> other) {
		return this.bean != other.bean && identity(this.bean) == other.bean;
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

	/**
	 * The bean was registered.
	 * @param removal removes it again: at once if the bean was removed meanwhile
	 */
	void onRemoval(Runnable removal) {
		boolean late;
		synchronized (this) {
			late = this.removed;
			this.removal = removal;
		}
		if (late) {
			removal.run();
		}
	}

	/**
	 * Removes what was registered for the bean, or is just being registered.
	 */
	void remove() {
		Runnable registered;
		synchronized (this) {
			registered = this.removed ? null : this.removal;
			this.removed = true;
		}
		if (registered != null) {
			registered.run();
		}
	}

}
