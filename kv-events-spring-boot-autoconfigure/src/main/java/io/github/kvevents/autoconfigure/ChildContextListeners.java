package io.github.kvevents.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

import io.github.kvevents.autoconfigure.ChangeLogConfiguration.LogGapPublisher;
import io.github.kvevents.hook.HookEngine;
import io.github.kvevents.hook.SpringListeners;

/**
 * Passes the events of a parent context's engine to the Spring listeners of this context:
 * Spring itself passes events from a child to its parent only.
 */
class ChildContextListeners implements SmartInitializingSingleton, DisposableBean {

	private final HookEngine engine;

	private final AbstractApplicationContext context;

	private final ObjectProvider<LogGapPublisher> gaps;

	private final List<Runnable> removals = new CopyOnWriteArrayList<>();

	/**
	 * Creates an instance.
	 * @param engine the engine of a parent
	 * @param gaps publishes the gaps of a parent's change log, if that is on
	 * @param context the child
	 */
	ChildContextListeners(HookEngine engine, ObjectProvider<LogGapPublisher> gaps, AbstractApplicationContext context) {
		this.engine = engine;
		this.gaps = gaps;
		this.context = context;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ApplicationEventMulticaster multicaster = this.context.getBean(
				AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME, ApplicationEventMulticaster.class);
		this.removals
			.add(this.engine.publishTo(multicaster::multicastEvent, SpringListeners.ofContextAlone(this.context)));
		this.gaps.ifAvailable((publisher) -> this.removals.add(publisher.add(multicaster::multicastEvent)));
	}

	@Override
	public void destroy() {
		this.removals.forEach(Runnable::run);
	}

}
