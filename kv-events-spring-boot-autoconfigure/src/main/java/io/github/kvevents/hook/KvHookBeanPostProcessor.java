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
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.util.Assert;

/**
 * Finds the methods of beans that are annotated with {@link KvHook} or {@link KvGuard}
 * and registers them: when all singletons are made, since a filter may be a bean, and
 * from then on as beans are made. They are removed when their bean is destroyed; the
 * hooks of a prototype stay, since nobody says when it ends. Has no order, so that it
 * comes after all post-processors that have one, and sees their proxies.
 */
public class KvHookBeanPostProcessor
		implements DestructionAwareBeanPostProcessor, SmartInitializingSingleton, BeanFactoryAware {

	private static final String SCOPED_TARGET = ScopedProxyUtils.getTargetBeanName("");

	private final ObjectProvider<HookEngine> engine;

	private final Set<Class<?>> withoutAnnotations = ConcurrentHashMap.newKeySet();

	private final Object monitor = new Object();

	private final IdentityHashMap<Object, AnnotatedBean> beans = new IdentityHashMap<>();

	private @Nullable List<AnnotatedBean> pending = new ArrayList<>();

	private @Nullable ConfigurableBeanFactory beanFactory;

	/**
	 * Creates an instance.
	 * @param engine asked for only when all singletons are made and one has a hook
	 */
	public KvHookBeanPostProcessor(ObjectProvider<HookEngine> engine) {
		this.engine = engine;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		Assert.isInstanceOf(ConfigurableBeanFactory.class, beanFactory);
		this.beanFactory = (ConfigurableBeanFactory) beanFactory;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (isInfrastructure(bean) || ScopedProxyUtils.isScopedTarget(beanName)) {
			return bean;
		}
		Class<?> targetClass = AopProxyUtils.ultimateTargetClass(bean);
		if (this.withoutAnnotations.contains(targetClass)) {
			return bean;
		}
		Map<Method, AnnotatedBean.DeclaredHooks> methods = AnnotatedMethods.of(targetClass);
		if (methods.isEmpty()) {
			this.withoutAnnotations.add(targetClass);
			return bean;
		}
		add(bean, new AnnotatedBean(bean, beanName, targetClass, methods));
		return bean;
	}

	/**
	 * A scoped proxy says that it is infrastructure, so that it isn't proxied again: but
	 * it is through it that the bean of the current scope is called.
	 */
	private static boolean isInfrastructure(Object bean) {
		return bean instanceof AopInfrastructureBean && !(bean instanceof ScopedObject);
	}

	private void add(Object bean, AnnotatedBean annotated) {
		synchronized (this.monitor) {
			if (this.pending != null) {
				this.pending.add(annotated);
				this.beans.put(identity(bean), annotated);
				return;
			}
		}
		register(annotated);
		synchronized (this.monitor) {
			this.beans.put(identity(bean), annotated);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.beanFactory instanceof ListableBeanFactory listable) {
			makeScopedProxies(listable);
		}
		List<AnnotatedBean> found;
		synchronized (this.monitor) {
			found = (this.pending != null) ? this.pending : List.of();
			this.pending = null;
		}
		found.forEach(this::register);
	}

	/**
	 * A scoped proxy is made when somebody asks for it: nobody may, and its hooks would
	 * never be called.
	 */
	private static void makeScopedProxies(ListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (ScopedProxyUtils.isScopedTarget(name)) {
				Class<?> type = beanFactory.getType(name, false);
				if (type != null && !AnnotatedMethods.of(type).isEmpty()) {
					beanFactory.getBean(name.substring(SCOPED_TARGET.length()));
				}
			}
		}
	}

	private void register(AnnotatedBean annotated) {
		ConfigurableBeanFactory factory = this.beanFactory;
		Assert.state(factory != null, "The bean factory was not set");
		annotated.register(this.engine.getObject(), factory);
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		AnnotatedBean annotated;
		synchronized (this.monitor) {
			annotated = this.beans.remove(identity(bean));
		}
		if (annotated != null) {
			annotated.close();
		}
	}

	@Override
	public boolean requiresDestruction(Object bean) {
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

}
