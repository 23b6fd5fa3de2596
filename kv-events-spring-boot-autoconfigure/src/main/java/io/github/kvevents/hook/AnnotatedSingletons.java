package io.github.kvevents.hook;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * All singletons of a bean factory, however they came into it. Scoped proxies and the
 * products of factories that are annotated are made here: they are made when somebody
 * asks for them, which nobody may. A bean that is lazy stays so.
 */
final class AnnotatedSingletons {

	private static final String SCOPED_TARGET = ScopedProxyUtils.getTargetBeanName("");

	private final ConfigurableListableBeanFactory beanFactory;

	private final Predicate<Class<?>> annotated;

	/**
	 * Creates an instance.
	 * @param annotated whether a class has annotated methods
	 */
	AnnotatedSingletons(ConfigurableListableBeanFactory beanFactory, Predicate<Class<?>> annotated) {
		this.beanFactory = beanFactory;
		this.annotated = annotated;
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
		boolean scoped = this.beanFactory.containsBeanDefinition(target);
		if (scoped ? isAnnotated(target) : isProductOf(singleton, name)) {
			action.accept(this.beanFactory.getBean(name), name);
		}
	}

	private boolean isProductOf(@Nullable Object singleton, String name) {
		return singleton instanceof FactoryBean<?> factory && factory.isSingleton() && isAnnotated(name);
	}

	private boolean isAnnotated(String name) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, name);
		return type != null && this.annotated.test(type);
	}

}
