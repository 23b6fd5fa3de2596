package io.github.kvevents.hook;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

import io.github.kvevents.KvEventType;
import io.github.kvevents.KvReceiver;

/**
 * A Spring listener that a context knows by the name of its bean alone: a lazy one before
 * it is made, and always one that is a prototype, is of a scope, is the product of a
 * {@link FactoryBean} or was registered ready-made. What it observes is said by its
 * declared type, as it is for Spring, which makes it for the first event that it
 * observes: an expiry that depended on the instance would never come.
 * <p>
 * Left out are {@link SmartApplicationListener}s, and lazy beans whose type leaves it
 * open: only an instance says what they observe, so Spring makes them for the first event
 * of any type, such as the one that ends the start.
 *
 * @param id the same in each instance of an application, by the declared type: where that
 * is a supertype, the bean has another one besides once it is made
 * @param observed what the listener observes
 */
record ListenerBean(String id, Set<KvEventType> observed) {

	/**
	 * The beans of a factory whose definitions don't change any more.
	 */
	static List<ListenerBean> of(ConfigurableListableBeanFactory factory) {
		List<ListenerBean> found = new ArrayList<>();
		for (String name : factory.getBeanNamesForType(ApplicationListener.class, true, false)) {
			BeanDefinition definition = factory.containsBeanDefinition(name) ? factory.getMergedBeanDefinition(name)
					: null;
			Class<?> type = type(factory, name, definition);
			boolean product = factory.isFactoryBean(name);
			if (type == null || SmartApplicationListener.class.isAssignableFrom(type) || isProxy(factory, name)
					|| (definition != null && !product && isMadeAtStart(definition))) {
				continue;
			}
			boolean madeForAnyEvent = definition != null && !product && definition.isSingleton();
			Set<KvEventType> observed = observed(type, definition, madeForAnyEvent);
			if (!observed.isEmpty()) {
				found.add(new ListenerBean(id(type, definition), observed));
			}
		}
		return List.copyOf(found);
	}

	/**
	 * Whether a bean stands for one of a scope, which is looked at itself.
	 */
	private static boolean isProxy(ConfigurableListableBeanFactory factory, String name) {
		return factory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(name));
	}

	/**
	 * Of a bean that is known as a proxy of interfaces, the class behind it: that of the
	 * proxy says nothing, and has another name in each instance.
	 */
	private static @Nullable Class<?> type(ConfigurableListableBeanFactory factory, String name,
			@Nullable BeanDefinition definition) {
		Class<?> type = factory.getType(name, false);
		if (type == null || definition == null || !Proxy.isProxyClass(type)) {
			return type;
		}
		Class<?> behind = definition.getResolvableType().resolve();
		return (behind != null && ApplicationListener.class.isAssignableFrom(behind)) ? behind : type;
	}

	private static boolean isMadeAtStart(BeanDefinition definition) {
		return definition.isSingleton() && !definition.isLazyInit();
	}

	private static Set<KvEventType> observed(Class<?> type, @Nullable BeanDefinition definition,
			boolean madeForAnyEvent) {
		Set<KvEventType> observed = SpringListeners.ListenerTypes
			.of(ResolvableType.forClass(ClassUtils.getUserClass(type)));
		if (observed == null && definition != null) {
			ResolvableType declared = definition.getResolvableType();
			ResolvableType produced = declared.as(FactoryBean.class);
			observed = SpringListeners.ListenerTypes
				.of(ResolvableType.NONE.equals(produced) ? declared : produced.getGeneric());
		}
		if (observed == null) {
			return madeForAnyEvent ? Set.of() : EnumSet.allOf(KvEventType.class);
		}
		return observed;
	}

	/**
	 * Where only an interface is declared it is mostly a lambda, whose class is named
	 * after that of the bean method.
	 */
	private static String id(Class<?> type, @Nullable BeanDefinition definition) {
		Class<?> named = (type.isInterface() && definition instanceof RootBeanDefinition root
				&& root.getResolvedFactoryMethod() != null) ? root.getResolvedFactoryMethod().getDeclaringClass()
						: type;
		return KvReceiver.stableName(named.getName());
	}

}
