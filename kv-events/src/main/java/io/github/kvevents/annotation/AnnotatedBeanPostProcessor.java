package io.github.kvevents.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.util.Assert;

/**
 * Finds the methods of beans that are annotated and registers them: when all singletons
 * are made, since a filter may be a bean, and from then on as beans are made. Those that
 * were made before this post-processor, or past it, are looked for then. They are removed
 * when their bean is destroyed; those of a prototype, whose end the container doesn't
 * know, with the context. Has no order, so that it comes after all post-processors that
 * have one, and sees their proxies. For our packages.
 *
 * @param <D> what is known of an annotated method
 */
public abstract class AnnotatedBeanPostProcessor<D> implements SmartInstantiationAwareBeanPostProcessor,
		DestructionAwareBeanPostProcessor, SmartInitializingSingleton, BeanFactoryAware, DisposableBean {

	private static final Log logger = LogFactory.getLog(AnnotatedBeanPostProcessor.class);

	/**
	 * What was found in each class: many beans may be of one.
	 */
	private final Map<Class<?>, Map<Method, D>> methods = new ConcurrentHashMap<>();

	/**
	 * The early reference to a bean in a circle, which other beans got before it was
	 * initialized: a proxy, while the post-processors continue with the bean itself.
	 */
	private final Map<String, Object> early = new ConcurrentHashMap<>();

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private final Object monitor = new Object();

	private final IdentityHashMap<Object, FoundBean<D>> beans = new IdentityHashMap<>();

	private @Nullable List<FoundBean<D>> pending = new ArrayList<>();

	/** Whether the context has ended: what is made all the same isn't registered. */
	private boolean destroyed;

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
	public final Object getEarlyBeanReference(Object bean, String beanName) {
		this.early.put(beanName, bean);
		return bean;
	}

	@Override
	public final Object postProcessAfterInitialization(Object bean, String beanName) {
		Object given = this.early.remove(beanName);
		look((given != null && FoundBean.identity(given) == bean) ? given : bean, beanName);
		return bean;
	}

	private void look(Object bean, String beanName) {
		if (isInfrastructure(bean)) {
			return;
		}
		Class<?> targetClass = FoundBean.targetClass(bean);
		Map<Method, D> methods = known(targetClass);
		if (methods.isEmpty()) {
			return;
		}
		if (ScopedProxyUtils.isScopedTarget(beanName)) {
			checkProxy(beanName, methods.keySet());
		}
		else {
			add(new FoundBean<>(bean, beanName, targetClass, methods));
		}
	}

	private Map<Method, D> known(Class<?> targetClass) {
		Map<Method, D> known = this.methods.get(targetClass);
		if (known == null) {
			known = methodsOf(targetClass);
			this.methods.put(targetClass, known);
		}
		return known;
	}

	/**
	 * A scoped proxy says that it is infrastructure, so that it isn't proxied again: but
	 * it is through it that the bean of the current scope is called.
	 */
	private static boolean isInfrastructure(Object bean) {
		return bean instanceof AopInfrastructureBean && !(bean instanceof ScopedObject);
	}

	/**
	 * The methods of a scoped bean are called through its proxy, which is made before it:
	 * by then its declared type is all that is known of it.
	 */
	private void checkProxy(String targetName, Set<Method> methods) {
		String name = AnnotatedSingletons.proxyName(targetName);
		if (isStarted() && this.names.add(name)) {
			logger.warn("Bean '" + name + "' isn't called for events: " + methods
					+ " can't be found on its scoped proxy, since the bean is declared with another type. "
					+ "Declare it with its class, for example as the return type of its @Bean method");
		}
	}

	private boolean isStarted() {
		synchronized (this.monitor) {
			return this.pending == null;
		}
	}

	/**
	 * A bean and its proxy may be two beans, as they are with a {@code ProxyFactoryBean}:
	 * it is called once, through the proxy.
	 */
	private void add(FoundBean<D> found) {
		this.names.add(found.beanName());
		FoundBean<D> known;
		synchronized (this.monitor) {
			known = this.beans.get(FoundBean.identity(found.bean()));
			if (this.destroyed || (known != null && !found.isProxyOf(known))) {
				return;
			}
			// before it is registered: it may have to be removed meanwhile
			this.beans.put(FoundBean.identity(found.bean()), found);
			if (this.pending != null) {
				this.pending.remove(known);
				this.pending.add(found);
				return;
			}
		}
		if (known != null) {
			known.remove();
		}
		registerNow(found);
	}

	private void registerNow(FoundBean<D> found) {
		boolean registered = false;
		try {
			register(found, found.bean());
			registered = true;
		}
		finally {
			if (!registered) {
				synchronized (this.monitor) {
					this.beans.remove(FoundBean.identity(found.bean()), found);
				}
			}
		}
	}

	private void warnOfLazy(String beanName, Class<?> type) {
		logger.warn("Bean '" + beanName + "' is lazy: " + known(type).keySet()
				+ " aren't called before something asks for the bean. "
				+ "Remove @Lazy from it, or let a bean that is made at start-up ask for it");
	}

	@Override
	public final void afterSingletonsInstantiated() {
		if (this.beanFactory instanceof ConfigurableListableBeanFactory listable) {
			new AnnotatedSingletons(listable, (type) -> !known(type).isEmpty(), this::warnOfLazy).forEach(this::look);
		}
		List<FoundBean<D>> found;
		synchronized (this.monitor) {
			found = (this.pending != null) ? this.pending : List.of();
			this.pending = null;
		}
		found.forEach((bean) -> register(bean, exposed(bean)));
	}

	/**
	 * The singleton as others get it: post-processors behind this one may have put a
	 * proxy around it.
	 */
	private Object exposed(FoundBean<D> found) {
		ConfigurableBeanFactory factory = this.beanFactory;
		Object singleton = (factory != null) ? factory.getSingleton(found.beanName()) : null;
		return (singleton != null && FoundBean.identity(singleton) == FoundBean.identity(found.bean())) ? singleton
				: found.bean();
	}

	private void register(FoundBean<D> found, Object bean) {
		ConfigurableBeanFactory factory = this.beanFactory;
		Assert.state(factory != null, "The bean factory was not set");
		found.onRemoval(register(bean, found.beanName(), found.targetClass(), found.methods(), factory));
	}

	@Override
	public final void postProcessBeforeDestruction(Object bean, String beanName) {
		FoundBean<D> found;
		synchronized (this.monitor) {
			found = this.beans.remove(FoundBean.identity(bean));
			if (this.pending != null) {
				this.pending.remove(found);
			}
		}
		if (found != null) {
			found.remove();
		}
	}

	@Override
	public final boolean requiresDestruction(Object bean) {
		synchronized (this.monitor) {
			return this.beans.containsKey(FoundBean.identity(bean));
		}
	}

	/**
	 * Removes what is left: what it was registered with may belong to a parent context,
	 * and live on.
	 */
	@Override
	public final void destroy() {
		List<FoundBean<D>> left;
		synchronized (this.monitor) {
			this.destroyed = true;
			left = new ArrayList<>(this.beans.values());
			this.beans.clear();
		}
		left.forEach(FoundBean::remove);
	}

}
