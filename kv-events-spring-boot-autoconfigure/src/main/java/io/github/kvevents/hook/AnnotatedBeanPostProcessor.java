package io.github.kvevents.hook;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.util.Assert;

/**
 * Finds the methods of beans that are annotated and registers them: when all singletons
 * are made, since a filter may be a bean, and from then on as beans are made. They are
 * removed when their bean is destroyed; those of a prototype stay, since nobody says when
 * it ends. Has no order, so that it comes after all post-processors that have one, and
 * sees their proxies. For our packages.
 *
 * @param <D> what is known of an annotated method
 */
public abstract class AnnotatedBeanPostProcessor<D>
		implements DestructionAwareBeanPostProcessor, SmartInitializingSingleton, BeanFactoryAware {

	private static final String SCOPED_TARGET = ScopedProxyUtils.getTargetBeanName("");

	private final Set<Class<?>> withoutAnnotations = ConcurrentHashMap.newKeySet();

	private final Object monitor = new Object();

	private final IdentityHashMap<Object, Found<D>> beans = new IdentityHashMap<>();

	private @Nullable List<Found<D>> pending = new ArrayList<>();

	private @Nullable ConfigurableBeanFactory beanFactory;

	/**
	 * The annotated methods of a class.
	 * @param targetClass the class of a bean, without its proxy
	 * @return the methods, empty if there are none
	 */
	protected abstract Map<Method, D> methodsOf(Class<?> targetClass);

	/**
	 * Registers all annotated methods of a bean, or none and throws.
	 * @param bean the bean, with its proxy
	 * @param beanName its name
	 * @param targetClass its class, without its proxy
	 * @param methods its annotated methods
	 * @param beanFactory where it comes from
	 * @return removes them again
	 */
	protected abstract Runnable register(Object bean, String beanName, Class<?> targetClass, Map<Method, D> methods,
			ConfigurableBeanFactory beanFactory);

	@Override
	public final void setBeanFactory(BeanFactory beanFactory) {
		Assert.isInstanceOf(ConfigurableBeanFactory.class, beanFactory);
		this.beanFactory = (ConfigurableBeanFactory) beanFactory;
	}

	@Override
	public final Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isInfrastructure(bean) || ScopedProxyUtils.isScopedTarget(beanName)) {
			return bean;
		}
		Class<?> targetClass = AopProxyUtils.ultimateTargetClass(bean);
		if (this.withoutAnnotations.contains(targetClass)) {
			return bean;
		}
		Map<Method, D> methods = methodsOf(targetClass);
		if (methods.isEmpty()) {
			this.withoutAnnotations.add(targetClass);
			return bean;
		}
		add(new Found<>(bean, beanName, targetClass, methods));
		return bean;
	}

	/**
	 * A scoped proxy says that it is infrastructure, so that it isn't proxied again: but
	 * it is through it that the bean of the current scope is called.
	 */
	private static boolean isInfrastructure(Object bean) {
		return bean instanceof AopInfrastructureBean && !(bean instanceof ScopedObject);
	}

	private void add(Found<D> found) {
		synchronized (this.monitor) {
			if (this.pending != null) {
				this.pending.add(found);
				this.beans.put(identity(found.bean), found);
				return;
			}
		}
		register(found);
		synchronized (this.monitor) {
			this.beans.put(identity(found.bean), found);
		}
	}

	@Override
	public final void afterSingletonsInstantiated() {
		if (this.beanFactory instanceof ListableBeanFactory listable) {
			makeScopedProxies(listable);
		}
		List<Found<D>> found;
		synchronized (this.monitor) {
			found = (this.pending != null) ? this.pending : List.of();
			this.pending = null;
		}
		found.forEach(this::register);
	}

	/**
	 * A scoped proxy is made when somebody asks for it: nobody may, and its methods would
	 * never be called.
	 */
	private void makeScopedProxies(ListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (ScopedProxyUtils.isScopedTarget(name)) {
				Class<?> type = beanFactory.getType(name, false);
				if (type != null && !methodsOf(type).isEmpty()) {
					beanFactory.getBean(name.substring(SCOPED_TARGET.length()));
				}
			}
		}
	}

	private void register(Found<D> found) {
		ConfigurableBeanFactory factory = this.beanFactory;
		Assert.state(factory != null, "The bean factory was not set");
		found.remove = register(found.bean, found.beanName, found.targetClass, found.methods, factory);
	}

	@Override
	public final void postProcessBeforeDestruction(Object bean, String beanName) {
		Found<D> found;
		synchronized (this.monitor) {
			found = this.beans.remove(identity(bean));
		}
		Runnable remove = (found != null) ? found.remove : null;
		if (remove != null) {
			remove.run();
		}
	}

	@Override
	public final boolean requiresDestruction(Object bean) {
		synchronized (this.monitor) {
			return this.beans.containsKey(identity(bean));
		}
	}

	/**
	 * The bean itself also where it is wrapped: it is destroyed without its proxy.
	 */
	private static Object identity(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? identity(target) : bean;
	}

	private static final class Found<D> {

		private final Object bean;

		private final String beanName;

		private final Class<?> targetClass;

		private final Map<Method, D> methods;

		private volatile @Nullable Runnable remove;

		Found(Object bean, String beanName, Class<?> targetClass, Map<Method, D> methods) {
			this.bean = bean;
			this.beanName = beanName;
			this.targetClass = targetClass;
			this.methods = methods;
		}

	}

}
