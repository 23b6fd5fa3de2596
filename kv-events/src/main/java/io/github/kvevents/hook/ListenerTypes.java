package io.github.kvevents.hook;

import java.lang.reflect.ParameterizedType;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

import io.github.kvevents.KvEventType;

/**
 * Which of our events a listener observes. The class of a lambda doesn't say so; the
 * definition of its bean may. A listener of which nothing is known observes all of them,
 * since Spring calls it.
 */
final class ListenerTypes {

	private static final ResolvableType UNRELATED = ResolvableType.forClass(UnrelatedEvent.class);

	private ListenerTypes() {
	}

	/**
	 * What a listener observes.
	 * @return the types, {@code null} if nothing is known
	 */
	static @Nullable Set<KvEventType> of(ApplicationListener<?> listener, AbstractApplicationContext context) {
		if (listener instanceof SmartApplicationListener smart) {
			GenericApplicationListenerAdapter adapter = new GenericApplicationListenerAdapter(smart);
			return observed(adapter::supportsEventType);
		}
		Set<KvEventType> byClass = of(ResolvableType.forClass(AopUtils.getTargetClass(listener)));
		return (byClass != null) ? byClass : of(definition(listener, context.getBeanFactory()));
	}

	/**
	 * What a listener of some type observes.
	 * @return the types, {@code null} if the type leaves it open
	 */
	static @Nullable Set<KvEventType> of(ResolvableType type) {
		ResolvableType listener = type.as(ApplicationListener.class);
		ResolvableType event = listener.getGeneric();
		boolean known = event.getType() instanceof ParameterizedType || !listener.hasUnresolvableGenerics();
		return (!ResolvableType.NONE.equals(listener) && known) ? observed(event::isAssignableFrom) : null;
	}

	private static Set<KvEventType> observed(Predicate<ResolvableType> supports) {
		Set<KvEventType> observed = EnumSet.noneOf(KvEventType.class);
		if (!supports.test(UNRELATED)) {
			for (KvEventType type : KvEventType.values()) {
				if (supports.test(ResolvableType.forClass(SpringListeners.eventClass(type)))) {
					observed.add(type);
				}
			}
		}
		return observed;
	}

	private static ResolvableType definition(ApplicationListener<?> listener,
			ConfigurableListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanNamesForType(ApplicationListener.class, true, false)) {
			if (beanFactory.containsSingleton(name) && beanFactory.getSingleton(name) == listener
					&& beanFactory.containsBeanDefinition(name)) {
				return beanFactory.getMergedBeanDefinition(name).getResolvableType();
			}
		}
		return ResolvableType.NONE;
	}

	/**
	 * Stands for all events that aren't ours.
	 */
	abstract static class UnrelatedEvent extends ApplicationEvent {

		private static final long serialVersionUID = 1L;

		UnrelatedEvent(Object source) {
			super(source);
		}

	}

}
