package io.github.kvevents.hook;

import java.util.ConcurrentModificationException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListener;
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
import io.github.kvevents.KvSetEvent;

/**
 * Whether an ordinary Spring listener of the application is meant for an event. One that
 * listens to every {@link ApplicationEvent} doesn't count: Boot has several, and none of
 * them is interested in keys.
 */
public final class SpringListeners implements Predicate<KvEventType> {

	private static final ResolvableType UNRELATED = ResolvableType.forClass(UnrelatedEvent.class);

	private final AbstractApplicationContext context;

	/**
	 * What a listener hears never changes; the listener itself may go.
	 */
	private final Map<ApplicationListener<?>, Set<KvEventType>> heard = new ConcurrentReferenceHashMap<>(16,
			ReferenceType.WEAK);

	/**
	 * Creates an instance.
	 * @param context the context whose listeners are looked at, each time: more may come
	 */
	public SpringListeners(AbstractApplicationContext context) {
		this.context = context;
	}

	@Override
	public boolean test(KvEventType type) {
		for (ApplicationContext current = this.context; current != null; current = current.getParent()) {
			if (current instanceof AbstractApplicationContext withListeners && hasListener(withListeners, type)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The ids of the listeners that are meant for an event, the same in each instance of
	 * an application.
	 */
	Set<String> ids(KvEventType type) {
		Set<String> ids = new TreeSet<>();
		for (ApplicationContext current = this.context; current != null; current = current.getParent()) {
			if (current instanceof AbstractApplicationContext withListeners) {
				// a copy in one step, since one may be added meanwhile
				for (Object listener : withListeners.getApplicationListeners().toArray()) {
					if (listener instanceof ApplicationListener<?> found
							&& this.heard.computeIfAbsent(found, SpringListeners::heardBy).contains(type)) {
						ids.add(id(found));
					}
				}
			}
		}
		return ids;
	}

	private static String id(ApplicationListener<?> listener) {
		String id = (listener instanceof SmartApplicationListener smart) ? smart.getListenerId() : "";
		String name = id.isEmpty() ? listener.getClass().getName() : id;
		int generated = name.indexOf("$$");
		return (generated >= 0) ? name.substring(0, generated) : name;
	}

	private boolean hasListener(AbstractApplicationContext context, KvEventType type) {
		try {
			for (ApplicationListener<?> listener : context.getApplicationListeners()) {
				if (this.heard.computeIfAbsent(listener, SpringListeners::heardBy).contains(type)) {
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

	private static Set<KvEventType> heardBy(ApplicationListener<?> listener) {
		GenericApplicationListener generic = (listener instanceof GenericApplicationListener genericListener)
				? genericListener : new GenericApplicationListenerAdapter(listener);
		Set<KvEventType> heard = EnumSet.noneOf(KvEventType.class);
		if (!generic.supportsEventType(UNRELATED)) {
			for (KvEventType type : KvEventType.values()) {
				if (generic.supportsEventType(ResolvableType.forClass(eventClass(type)))) {
					heard.add(type);
				}
			}
		}
		return heard;
	}

	static Class<? extends KvEvent> eventClass(KvEventType type) {
		return switch (type) {
			case SET, SET_RAW, BATCH_SET -> KvSetEvent.class;
			case DELETE, BATCH_DELETE -> KvDeleteEvent.class;
			case EXPIRED -> KvExpiredEvent.class;
		};
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
