package io.github.kvevents.autoconfigure;

import java.lang.reflect.Method;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;
import io.github.kvevents.listener.KvListener;

/**
 * Makes beans with hooks, guards and listeners at start-up, also with
 * {@code spring.main.lazy-initialization}: nobody asks for such a bean, so it would never
 * be made, and its hooks never called. A bean that is {@code @Lazy} itself stays lazy.
 */
class HookLazyInitializationExcludeFilter implements LazyInitializationExcludeFilter {

	@Override
	public boolean isExcluded(String beanName, BeanDefinition beanDefinition, Class<?> beanType) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		if (!AnnotationUtils.isCandidateClass(type, KvHook.class)) {
			return false;
		}
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
			if (annotations.isPresent(KvHook.class) || annotations.isPresent(KvGuard.class)
					|| annotations.isPresent(KvListener.class)) {
				return true;
			}
		}
		return false;
	}

}
