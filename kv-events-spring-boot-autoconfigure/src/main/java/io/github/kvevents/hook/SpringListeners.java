package io.github.kvevents.hook;

import java.util.function.Predicate;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

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
	 * Creates an instance.
	 * @param context the context whose listeners are looked at, each time: more may come
	 */
	public SpringListeners(AbstractApplicationContext context) {
		this.context = context;
	}

	@Override
	public boolean test(KvEventType type) {
		ResolvableType eventType = ResolvableType.forClass(eventClass(type));
		for (ApplicationListener<?> listener : this.context.getApplicationListeners()) {
			GenericApplicationListener generic = (listener instanceof GenericApplicationListener genericListener)
					? genericListener : new GenericApplicationListenerAdapter(listener);
			if (generic.supportsEventType(eventType) && !generic.supportsEventType(UNRELATED)) {
				return true;
			}
		}
		return false;
	}

	private static Class<? extends KvEvent> eventClass(KvEventType type) {
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
