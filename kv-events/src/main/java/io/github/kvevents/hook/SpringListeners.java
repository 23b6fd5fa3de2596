package io.github.kvevents.hook;

import java.lang.reflect.ParameterizedType;
import java.util.ConcurrentModificationException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ConcurrentReferenceHashMap.ReferenceType;

import io.github.kvevents.KvDeleteEvent;
import io.github.kvevents.KvEvent;
import io.github.kvevents.KvEventType;
import io.github.kvevents.KvExpiredEvent;
import io.github.kvevents.KvReceiver;
import io.github.kvevents.KvSetEvent;

/**
 * Whether an ordinary Spring listener of the application is meant for an event. One that
 * listens to every {@link ApplicationEvent} doesn't count: Boot has several, and none of
 * them is interested in keys. One whose type isn't known counts.
 */
public final class SpringListeners implements Predicate<KvEventType> {

	private final AbstractApplicationContext context;

	private final boolean withParents;

	/**
	 * What a listener observes never changes; the listener itself may go.
	 */
	private final Map<ApplicationListener<?>, Set<KvEventType>> observed = new ConcurrentReferenceHashMap<>(16,
			ReferenceType.WEAK);

	/**
	 * Those that a context has no instance of. Their definitions don't change once it
	 * makes its beans.
	 */
	private final Map<AbstractApplicationContext, List<ListenerBean>> beans = new ConcurrentHashMap<>(2);

	/**
	 * Creates an instance.
	 * @param context the context whose listeners are looked at, and those of its parents,
	 * each time: more may come
	 */
	public SpringListeners(AbstractApplicationContext context) {
		this(context, true);
	}

	private SpringListeners(AbstractApplicationContext context, boolean withParents) {
		this.context = context;
		this.withParents = withParents;
	}

	/**
	 * The listeners of one context.
	 * @param context the context, whose parents are left out
	 * @return the listeners
	 */
	public static SpringListeners ofContextAlone(AbstractApplicationContext context) {
		return new SpringListeners(context, false);
	}

	/**
	 * Whether a listener of a class is meant for events of ours, or may be, as far as the
	 * class tells.
	 * @param type the class of a bean
	 * @return whether it is such a listener
	 */
	public static boolean isListener(Class<?> type) {
		if (!ApplicationListener.class.isAssignableFrom(type)
				|| SmartApplicationListener.class.isAssignableFrom(type)) {
			return false;
		}
		Set<KvEventType> observed = ListenerTypes.of(ResolvableType.forClass(type));
		return observed == null || !observed.isEmpty();
	}

	@Override
	public boolean test(KvEventType type) {
		for (ApplicationContext current = this.context; current != null; current = parent(current)) {
			if (current instanceof AbstractApplicationContext withListeners && hasListener(withListeners, type)) {
				return true;
			}
		}
		return false;
	}

	private @Nullable ApplicationContext parent(ApplicationContext context) {
		return this.withParents ? context.getParent() : null;
	}

	/**
	 * The ids of the listeners that are meant for an event, the same in each instance of
	 * an application.
	 */
	Set<String> ids(KvEventType type) {
		Set<String> ids = new TreeSet<>();
		for (ApplicationContext current = this.context; current != null; current = parent(current)) {
			if (current instanceof AbstractApplicationContext withListeners) {
				// a copy in one step, since one may be added meanwhile
				for (Object listener : withListeners.getApplicationListeners().toArray()) {
					if (listener instanceof ApplicationListener<?> found
							&& observedBy(found, withListeners).contains(type)) {
						ids.add(id(found));
					}
				}
				for (ListenerBean bean : beans(withListeners)) {
					if (bean.observed().contains(type)) {
						ids.add(bean.id());
					}
				}
			}
		}
		return ids;
	}

	private static String id(ApplicationListener<?> listener) {
		String id = (listener instanceof SmartApplicationListener smart) ? smart.getListenerId() : "";
		return KvReceiver.stableName(id.isEmpty() ? AopUtils.getTargetClass(listener).getName() : id);
	}

	private boolean hasListener(AbstractApplicationContext context, KvEventType type) {
		try {
			for (ApplicationListener<?> listener : context.getApplicationListeners()) {
				if (observedBy(listener, context).contains(type)) {
					return true;
				}
			}
			for (ListenerBean bean : beans(context)) {
				if (bean.observed().contains(type)) {
					return true;
				}
			}
			return false;
		}
		catch (ConcurrentModificationException ex) {
			// one is being added: better to say yes in vain than no by mistake
			return true;
		}
	}

	private List<ListenerBean> beans(AbstractApplicationContext context) {
		List<ListenerBean> known = this.beans.get(context);
		if (known == null) {
			if (!context.isActive() || !context.getBeanFactory().isConfigurationFrozen()) {
				return List.of();
			}
			known = ListenerBean.of(context.getBeanFactory());
			this.beans.put(context, known);
		}
		return known;
	}

	private Set<KvEventType> observedBy(ApplicationListener<?> listener, AbstractApplicationContext context) {
		Set<KvEventType> known = this.observed.get(listener);
		if (known != null) {
			return known;
		}
		Set<KvEventType> found = ListenerTypes.of(listener, context);
		Set<KvEventType> result = (found != null) ? found : EnumSet.allOf(KvEventType.class);
		if (found != null || context.isRunning()) {
			// before that, the bean of a listener may not be known yet
			this.observed.put(listener, result);
		}
		return result;
	}

	public static Class<? extends KvEvent> eventClass(KvEventType type) {
		return switch (type) {
			case SET, SET_RAW, BATCH_SET -> KvSetEvent.class;
			case DELETE, BATCH_DELETE -> KvDeleteEvent.class;
			case EXPIRED -> KvExpiredEvent.class;
		};
	}

	/**
	 * Which of our events a listener observes. The class of a lambda doesn't say so; the
	 * definition of its bean may. A listener of which nothing is known observes all of
	 * them, since Spring calls it.
	 */
	static final class ListenerTypes {

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

}
