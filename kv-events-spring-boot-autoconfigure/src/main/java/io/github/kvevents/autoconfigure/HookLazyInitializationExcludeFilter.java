package io.github.kvevents.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

import io.github.kvevents.annotation.AnnotatedMethods;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.hook.SpringListeners;
import io.github.kvevents.listener.KvListener;

/**
 * Excludes beans with hooks, guards and listeners from
 * {@code spring.main.lazy-initialization}: no other bean requests such a bean, so it
 * would never be created and its hooks never called. A bean of the application whose
 * declared type is an interface or an abstract class may have some, so it is excluded
 * too. A bean that is {@code @Lazy} itself stays lazy. Spring listeners of our events are
 * also excluded, as what is called for events is in general: they then count by their
 * class, not only by the declared type of their bean.
 */
class HookLazyInitializationExcludeFilter implements LazyInitializationExcludeFilter {

	private final BeanFactory beanFactory;

	/**
	 * Creates a filter.
	 * @param beanFactory knows the packages of the application
	 */
	HookLazyInitializationExcludeFilter(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public boolean isExcluded(String beanName, BeanDefinition beanDefinition, Class<?> beanType) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		return AnnotatedMethods.isAnnotated(type, List.of(KvHook.class, KvGuard.class, KvListener.class))
				|| SpringListeners.isListener(type)
				|| ((Modifier.isAbstract(type.getModifiers()) || type == Object.class)
						&& isMadeByApplication(beanDefinition));
	}

	/**
	 * Whether code of the application creates the bean. Spring's own beans have no hooks.
	 */
	private boolean isMadeByApplication(BeanDefinition definition) {
		String factory = factoryClass(definition);
		if (factory == null) {
			return definition instanceof AbstractBeanDefinition made && made.getInstanceSupplier() != null;
		}
		return !factory.startsWith("org.springframework.") || isInApplication(factory);
	}

	private static @Nullable String factoryClass(BeanDefinition definition) {
		if (definition instanceof AnnotatedBeanDefinition annotated) {
			MethodMetadata method = annotated.getFactoryMethodMetadata();
			return (method != null) ? method.getDeclaringClassName() : null;
		}
		Method method = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		return (method != null) ? method.getDeclaringClass().getName() : null;
	}

	private boolean isInApplication(String className) {
		return AutoConfigurationPackages.has(this.beanFactory) && AutoConfigurationPackages.get(this.beanFactory)
			.stream()
			.anyMatch((name) -> className.startsWith(name + "."));
	}

}
