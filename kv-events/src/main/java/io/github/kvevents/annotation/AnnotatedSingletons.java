package io.github.kvevents.annotation;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.type.MethodMetadata;

/**
 * All singletons of a bean factory, however they came into it. Scoped proxies and the
 * products of factories that are annotated are made here: they are made when somebody
 * asks for them, which nobody may. With lazy initialization this includes the factories,
 * since it isn't seen on them what they make. A bean that is lazy itself stays so.
 */
final class AnnotatedSingletons {

	private static final String SCOPED_TARGET = ScopedProxyUtils.getTargetBeanName("");

	private final ConfigurableListableBeanFactory beanFactory;

	private final Predicate<Class<?>> annotated;

	private final BiConsumer<String, Class<?>> lazy;

	/**
	 * Creates an instance.
	 * @param annotated whether a class has annotated methods
	 * @param lazy gets the name and the class of each annotated bean that stays lazy
	 */
	AnnotatedSingletons(ConfigurableListableBeanFactory beanFactory, Predicate<Class<?>> annotated,
			BiConsumer<String, Class<?>> lazy) {
		this.beanFactory = beanFactory;
		this.annotated = annotated;
		this.lazy = lazy;
	}

	/**
	 * The name of the proxy.
	 * @param targetName the name of a bean behind a scoped proxy
	 */
	static String proxyName(String targetName) {
		return targetName.substring(SCOPED_TARGET.length());
	}

	void forEach(BiConsumer<Object, String> action) {
		Set<String> names = new LinkedHashSet<>(Arrays.asList(this.beanFactory.getBeanDefinitionNames()));
		names.addAll(Arrays.asList(this.beanFactory.getSingletonNames()));
		for (String name : names) {
			if (!ScopedProxyUtils.isScopedTarget(name)) {
				look(name, action);
			}
		}
	}

	private void look(String name, BiConsumer<Object, String> action) {
		Object singleton = this.beanFactory.getSingleton(name);
		if (singleton != null) {
			action.accept(singleton, name);
		}
		String target = ScopedProxyUtils.getTargetBeanName(name);
		boolean make = false;
		if (this.beanFactory.containsBeanDefinition(target)) {
			make = annotatedType(target) != null;
		}
		else if (singleton instanceof FactoryBean<?> factory) {
			make = factory.isSingleton() && (annotatedType(name) != null || makesProxy(factory));
		}
		else if (singleton == null && isLazy(name)) {
			make = lookAtLazy(name);
		}
		if (make) {
			action.accept(this.beanFactory.getBean(name), name);
		}
	}

	/**
	 * Whether the methods of another bean may be called through what a factory makes: the
	 * interfaces of a proxy don't show them.
	 */
	private static boolean makesProxy(FactoryBean<?> factory) {
		Class<?> type = factory.getObjectType();
		return factory instanceof Advised || (type != null && Proxy.isProxyClass(type));
	}

	private boolean lookAtLazy(String name) {
		Class<?> type = annotatedType(name);
		if (this.beanFactory.isFactoryBean(name) && !isLazyItself(name)) {
			return type != null || this.beanFactory.isTypeMatch(BeanFactory.FACTORY_BEAN_PREFIX + name, Advised.class);
		}
		if (type != null) {
			this.lazy.accept(name, type);
		}
		return false;
	}

	/**
	 * The class of a bean, if it is annotated. As for Spring's own listeners, a bean
	 * whose class can't be found out is none.
	 */
	private @Nullable Class<?> annotatedType(String name) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
		return (type != null && this.annotated.test(type)) ? type : null;
	}

	private boolean isLazy(String name) {
		if (!this.beanFactory.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(name);
		return definition.isLazyInit() && definition.isSingleton() && !definition.isAbstract();
	}

	/**
	 * Whether the application says so of the bean, and not of all beans.
	 */
	private boolean isLazyItself(String name) {
		if (this.beanFactory.getBeanDefinition(name) instanceof AnnotatedBeanDefinition annotated) {
			MethodMetadata factory = annotated.getFactoryMethodMetadata();
			return annotated.getMetadata().isAnnotated(Lazy.class.getName())
					|| (factory != null && factory.isAnnotated(Lazy.class.getName()));
		}
		return false;
	}

}
