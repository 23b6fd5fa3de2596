package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.Map;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;

import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.KvGuard;
import io.github.kvevents.hook.KvHook;

/**
 * Finds the methods of beans that are annotated with {@link KvHook} or {@link KvGuard}
 * and registers them: when all singletons are made, since a filter may be a bean, and
 * from then on as beans are made. They are removed when their bean is destroyed; the
 * hooks of a prototype stay, since nobody says when it ends.
 */
public class KvHookBeanPostProcessor extends AnnotatedBeanPostProcessor<AnnotatedBean.DeclaredHooks> {

	private final ObjectProvider<HookEngine> engine;

	/**
	 * Creates an instance.
	 * @param engine asked for only when all singletons are made and one has a hook
	 */
	public KvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		this.engine = engine;
	}

	@Override
	protected Map<Method, AnnotatedBean.DeclaredHooks> methodsOf(Class<?> targetClass) {
		return AnnotatedMethods.of(targetClass);
	}

	@Override
	protected Runnable register(Object bean, String beanName, Class<?> targetClass,
			Map<Method, AnnotatedBean.DeclaredHooks> methods, ConfigurableBeanFactory beanFactory) {
		AnnotatedBean annotated = new AnnotatedBean(bean, beanName, targetClass, methods);
		annotated.register(this.engine.getObject(), beanFactory);
		return annotated::close;
	}

}
